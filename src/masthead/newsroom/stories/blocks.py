"""What a story's body is made of. Structure only: looks live in delivery's templates, rules in `rules.py`."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

INLINE = ["bold", "italic", "link", "superscript", "subscript", "strikethrough"]
PARAGRAPHS = [*INLINE, "ol", "ul", "blockquote", "document-link"]


class PictureBlock(blocks.StructBlock):
    """A picture in the text, with its own caption where the picture's is not apt here."""

    picture = ImageChooserBlock()
    caption = blocks.RichTextBlock(required=False, features=INLINE, help_text="Left empty, the picture's own caption is shown.")
    size = blocks.ChoiceBlock(
        choices=[("column", "As wide as the text"), ("wide", "Wider than the text"), ("half", "Half width, text beside it")], default="column"
    )

    class Meta:
        icon = "image"
        label = "Picture"
        template = "theme/blocks/picture.html"


class GalleryBlock(blocks.StructBlock):
    """Several pictures that belong together."""

    pictures = blocks.ListBlock(PictureBlock(), min_num=2, max_num=60)
    caption = blocks.CharBlock(required=False, max_length=500, help_text="For the gallery as a whole.")

    class Meta:
        icon = "image"
        label = "Gallery"
        template = "theme/blocks/gallery.html"


class HeadingBlock(blocks.StructBlock):
    """A heading within the story; the headline is the only one above it."""

    text = blocks.CharBlock(max_length=200)
    level = blocks.ChoiceBlock(choices=[("2", "Section of the story"), ("3", "Below a section")], default="2")

    class Meta:
        icon = "title"
        label = "Heading"
        template = "theme/blocks/heading.html"


class PullQuoteBlock(blocks.StructBlock):
    """Words lifted out of the story."""

    quote = blocks.TextBlock(rows=3)
    speaker = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        icon = "openquote"
        label = "Pull quote"
        template = "theme/blocks/pull_quote.html"


class StatementBlock(blocks.StructBlock):
    """A statement set apart from the text: its words, with who said them beneath.

    `statement` is the key of one of the story's statements; left empty, the one that is anchored to these words is shown.
    """

    words = blocks.TextBlock(rows=3, help_text="As they were said, without quotation marks.")
    statement = blocks.CharBlock(required=False, max_length=36)

    class Meta:
        icon = "openquote"
        label = "Statement"
        template = "theme/blocks/statement.html"


class AttachmentBlock(blocks.StructBlock):
    """A file for the reader to open."""

    document = DocumentChooserBlock()
    description = blocks.CharBlock(required=False, max_length=500, help_text="What it is and why it matters, in a sentence.")

    class Meta:
        icon = "doc-full"
        label = "Document"
        template = "theme/blocks/document.html"


class TableBlock(blocks.StructBlock):
    """Figures in rows and columns, with a caption."""

    caption = blocks.CharBlock(required=False, max_length=300, help_text="What the table shows, in a sentence.")
    table = TypedTableBlock(
        [
            ("text", blocks.CharBlock(required=False)),
            ("number", blocks.CharBlock(required=False, help_text="Set right, with tabular figures.")),
            ("rich_text", blocks.RichTextBlock(required=False, features=INLINE)),
        ]
    )
    source = blocks.CharBlock(required=False, max_length=300)

    class Meta:
        icon = "table"
        label = "Table"
        template = "theme/blocks/table.html"


class EmbedBlock(blocks.StructBlock):
    """A link to something elsewhere, shown as a still card: nothing is fetched from there until the reader asks."""

    url = blocks.URLBlock(label="Link", help_text="Paste the address of the video, post or page.")
    title = blocks.CharBlock(max_length=300, help_text="What it is, in words: shown instead of it until a reader asks for it.")
    provider = blocks.CharBlock(required=False, max_length=100, help_text="Where it is; left empty, the link's host is shown.")
    still = ImageChooserBlock(required=False, label="Still picture")

    class Meta:
        icon = "media"
        label = "Embed"
        template = "theme/blocks/embed.html"

    def clean(self, value: Any) -> Any:
        """Refuse an address that is not http or https."""
        result = super().clean(value)
        if not result["url"].startswith(("http://", "https://")):
            raise blocks.StructBlockValidationError({"url": ValidationError("Give a link that begins with https://.")})
        return result


class CalloutBlock(blocks.StructBlock):
    """Something set apart from the text: background, what to know, how to get help."""

    title = blocks.CharBlock(required=False, max_length=200)
    text = blocks.RichTextBlock(features=[*INLINE, "ol", "ul"])

    class Meta:
        icon = "info-circle"
        label = "Callout"
        template = "theme/blocks/callout.html"


class RelatedBlock(blocks.StructBlock):
    """Stories that belong with this one."""

    title = blocks.CharBlock(required=False, max_length=200, default="Read next")
    stories = blocks.ListBlock(blocks.PageChooserBlock(page_type="stories.StoryPage"), min_num=1, max_num=8)

    class Meta:
        icon = "list-ul"
        label = "Related stories"
        template = "theme/blocks/related.html"


class AppealBlock(blocks.StaticBlock):
    """The campaign's appeal, here in the text instead of after it."""

    class Meta:
        icon = "pick"
        label = "Appeal"
        admin_text = "The featured campaign's appeal is shown here."
        template = "theme/blocks/appeal.html"


class KeptBlock(blocks.StructBlock):
    """Something an importer could not turn into a block: kept for editors word for word, never shown to readers."""

    what = blocks.CharBlock(max_length=200, help_text="What it was on the old site.")
    source = blocks.TextBlock(rows=4, required=False)

    class Meta:
        icon = "warning"
        label = "Kept from the old site"
        template = "theme/blocks/kept.html"


class BodyBlock(blocks.StreamBlock):
    """The body of a story or page."""

    paragraphs = blocks.RichTextBlock(features=PARAGRAPHS, label="Paragraphs", icon="pilcrow", template="theme/blocks/paragraphs.html")
    heading = HeadingBlock()
    picture = PictureBlock()
    gallery = GalleryBlock()
    statement = StatementBlock()
    pull_quote = PullQuoteBlock()
    document = AttachmentBlock()
    table = TableBlock()
    embed = EmbedBlock()
    callout = CalloutBlock()
    related = RelatedBlock()
    appeal = AppealBlock()
    kept = KeptBlock()


class StripBlock(blocks.StructBlock):
    """One section's stories on the front page, under its rule."""

    section = blocks.PageChooserBlock(page_type="stories.SectionPage")
    count = blocks.IntegerBlock(default=5, min_value=2, max_value=9, label="How many stories")

    class Meta:
        icon = "list-ul"
        label = "Section strip"
