"""The form of a gated page: publishing through it asks the gate first, so that nothing typed is lost to a refusal."""

from typing import Any

from wagtail.admin.forms import WagtailAdminPageForm

from masthead.newsroom.stories import gate


class GatedForm(WagtailAdminPageForm):
    """Wagtail's page form, with the gate's findings as its errors where the story is to be published."""

    def is_valid(self) -> bool:
        """Return whether the form may be saved as it was asked to be."""
        valid = bool(super().is_valid())
        if not valid or not self._goes_out():
            return valid
        page = self.save(commit=False)
        blocking = [finding for finding in gate.findings(page) if finding.severity is gate.Severity.BLOCK]
        for finding in blocking:
            self.add_error(finding.field if finding.field in self.fields else None, finding.message)
        return not blocking

    def _goes_out(self) -> bool:
        data: Any = self.data
        if "action-publish" in data:
            return True
        return "action-workflow-action" in data and data.get("workflow-action-name") == "approve"
