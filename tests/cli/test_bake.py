"""`masthead bake`, typed at a shell."""

from tests.cli.conftest import refusal, type_in


def test_a_new_newsroom_becomes_a_folder_of_files_and_again_only_what_changed(newsroom, tmp_path):
    out = tmp_path / "mirror"
    done = type_in("bake", out, "--data", newsroom)
    assert done.returncode == 0, done
    assert " files written, 0 removed" in done.stdout
    front = (out / "index.html").read_text()
    assert "The Paper" in front
    assert 'href="/' not in front
    assert (out / "feed.xml").exists()
    assert list(out.glob("static/theme/theme.*.css"))
    again = type_in("bake", out, "--data", newsroom)
    assert "0 removed" in again.stdout, again
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").touch()
    assert "not baked" in refusal(type_in("bake", tmp_path / "mine", "--data", newsroom), after_work=True)
