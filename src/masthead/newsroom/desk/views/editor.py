"""The story's editor: Wagtail's own, which says in words what will happen and what happened."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.models import TaskState

from masthead.kernel import clock
from masthead.newsroom.desk import queries, rules
from masthead.newsroom.desk.panels import DeskPanel, StatementsPanel
from masthead.newsroom.stories.models import Author, Byline, StoryPage


class SaysWhatHappened:
    """What creating and editing share: the desk's panel, and messages that name the hour."""

    request: Any
    page: Any
    next_url: str
    expects_json_response: bool

    def run_hook(self, hook_name: str, *args: Any, **kwargs: Any) -> Any:
        """Run Wagtail's hooks; after publishing, say what happened in our own words and go back to the desk."""
        response = super().run_hook(hook_name, *args, **kwargs)  # type: ignore[misc]  # Wagtail's view stands beside us
        if response is None and hook_name == "after_publish_page":
            self._say_published()
            kind = "after_create_page" if isinstance(self, CreateView) else "after_edit_page"
            return super().run_hook(kind, self.request, self.page) or self.redirect_away()  # type: ignore[misc]  # as above
        return response

    def _say_published(self) -> None:
        now = clock.now()
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[self.page.pk]), "Open it")
        waiting = self.page.scheduled_revision
        if waiting is not None and waiting.approved_go_live_at > now:
            hour = rules.hour(waiting.approved_go_live_at, settings.ENV.zone, now=now)
            until = getattr(waiting.as_object(), "embargoed_until", None)
            why = " (embargo ends)" if until and until >= waiting.approved_go_live_at else ""
            stays = " What readers see stays as it is until then." if self.page.live else " Nobody outside the newsroom sees it before."
            messages.success(self.request, f"Scheduled for {hour}{why}: “{waiting.object_str}”.{stays}", buttons=[edit])
            return
        url = self.page.url
        buttons = [messages.button(url, "See it", new_window=True)] if url else []
        messages.success(self.request, f"Published now: “{self.page.title}”.", buttons=[*buttons, edit])

    def redirect_away(self) -> HttpResponse:
        """Go back to where the story was opened from, else to the desk's board."""
        return redirect(self.next_url or "wagtailadmin_home")

    def get_side_panels(self) -> Any:
        """Return Wagtail's panels with the desk's among them.

        What Wagtail sends after it saved by itself replaces every panel; the statements' is its script's, who may be typing in it.
        """
        panels = list(super().get_side_panels())  # type: ignore[misc]  # Wagtail's view stands beside us
        fresh = not (self.expects_json_response or getattr(self, "hydrate_create_view", False))
        statements = [StatementsPanel(self.page, self.request)] if fresh and isinstance(self.page, StoryPage) else []
        return MediaContainer([*panels, *statements, DeskPanel(self.page, self.request)])


class EditStory(SaysWhatHappened, EditView):
    """Edit a story or a plain page."""

    def get_template_names(self) -> list[str]:
        """Return Wagtail's templates, the editor's with our line above the form."""
        names: list[str] = super().get_template_names()
        return ["desk/edit.html" if name == "wagtailadmin/pages/edit.html" else name for name in names]

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the editor; say at once who else is in the story, before the browsers find each other."""
        here = queries.being_edited([self.page.pk], now=clock.now()).get(self.page.pk, [])
        others = [str(person) for person in here if person.pk != request.user.pk]
        if others:
            verb = "is" if len(others) == 1 else "are"
            messages.warning(request, f"{' and '.join(others)} {verb} in this story now. Whoever saves second is told, and overwrites nothing unasked.")
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def add_save_confirmation_message(self) -> None:
        """Say that it is kept, and that readers see nothing of it yet."""
        now = clock.now()
        if self.action_name == "perform_workflow_action":
            self._say_reviewed()
        elif self.is_reverting:
            when = rules.hour(self.previous_revision.created_at, settings.ENV.zone, now=now)
            messages.success(self.request, f"The version of {when} is the newest again. Nothing of it is public before it is published.")
        elif self.page.live:
            messages.success(self.request, "Saved. Readers still see the published version.")
        else:
            messages.success(self.request, "Saved. Nobody outside the newsroom sees it.")

    def perform_workflow_action(self) -> HttpResponse:
        """Approve what the editor has before her, her own last changes with it; what somebody else saved meanwhile she must see first.

        Wagtail would keep her changes as a new revision that waits for an approval of its own.
        """
        response: HttpResponse
        if self.workflow_action == "approve":
            if self.is_out_of_date:
                messages.error(self.request, "Not approved: somebody saved a newer version while you read. Compare it in the history first.")
                self.has_unsaved_changes = True
                response = self.render_to_response(self.get_context_data())
                return response
            if self.has_content_changes:
                self._keep_and_review_the_newest()
        response = super().perform_workflow_action()
        return response

    def _keep_and_review_the_newest(self) -> None:
        self.page = self.form.save(commit=not self.page.live)
        revision = self.page.save_revision(user=self.request.user, log_action=True)
        TaskState.objects.filter(pk=self.page.current_workflow_task_state.pk).update(revision=revision)
        if "comments" in self.form.formsets:
            changes = self.get_commenting_changes()
            self.log_commenting_changes(changes, revision)
            self.send_commenting_notifications(changes)
        self.has_content_changes = False

    def _say_reviewed(self) -> None:
        self.page = self.page.specific_class.objects.get(pk=self.page.pk)
        if self.page.workflow_in_progress:
            messages.success(self.request, f"Approved; “{self.page.title}” goes on to the next review.")
        elif self.workflow_action == "approve":
            self._say_published()
        else:
            messages.success(self.request, f"Sent back: “{self.page.draft_title}” is its writer's again, with your comment.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return Wagtail's context with the embargo, where one holds."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        until, now = getattr(self.page, "embargoed_until", None), clock.now()
        if until and until > now:
            context["embargo_until"] = rules.hour(until, settings.ENV.zone, now=now)
        context["zone"] = settings.TIME_ZONE
        return context


class NewStory(SaysWhatHappened, CreateView):
    """Begin a story or a plain page."""

    def get(self, request: Any) -> HttpResponse:
        """Show the empty form, signed by the person who opened it where they are an author."""
        author = Author.objects.filter(user=request.user).first()
        if author is not None and isinstance(self.page, StoryPage):
            self.page.bylines.add(Byline(author=author, sort_order=0))
        response: HttpResponse = super().get(request)
        return response
