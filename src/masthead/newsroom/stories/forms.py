"""The story's form: publishing through it asks the gate first, so that nothing typed is lost to a refusal."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm

from masthead.kernel import clock
from masthead.newsroom.stories import gate


class StoryForm(WagtailAdminPageForm):
    """Wagtail's page form, with the gate's findings as its errors where the story is to be published."""

    def is_valid(self) -> bool:
        """Return whether the form may be saved as it was asked to be."""
        valid = bool(super().is_valid())
        if not valid or not self._goes_out():
            return valid
        story = self.save(commit=False)
        held = story.embargoed_until
        # An embargo does not refuse here: publishing then means scheduling for its end.
        story.embargoed_until = None if held and held > clock.now() else held
        try:
            gate.pass_or_refuse(story, now=clock.now())
        except gate.PublishRefused as refusal:
            for finding in refusal.findings:
                self.add_error(finding.field if finding.field in self.fields else None, finding.message)
            return False
        finally:
            story.embargoed_until = held
        return True

    def _goes_out(self) -> bool:
        data: Any = self.data
        if "action-publish" in data:
            return True
        return "action-workflow-action" in data and data.get("workflow-action-name") == "approve"
