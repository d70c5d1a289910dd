"""Everything is written, or nothing is; and secrets are for their owner alone."""

from pathlib import Path

import pytest

from hedgewatch.connect.keeping import Keeping


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_is_kept_is_there_with_secrets_that_nobody_else_reads(tmp_path: Path) -> None:
    path = tmp_path / "hedgewatch.yaml"
    with Keeping() as keeping:
        secret = keeping.secret(tmp_path / "keys", "main.secret", "s3cret")
        with keeping.draft(path, "accounts: []\n") as draft:
            assert not path.exists()
            assert draft.parent == path.parent
            keeping.kept((draft, path))
    assert left(tmp_path) == ["hedgewatch.yaml", "keys", "keys/main.secret"]
    assert secret.read_text() == "s3cret\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError])
def test_whatever_ends_it_before_leaves_nothing(tmp_path: Path, end: type[BaseException]) -> None:
    path = tmp_path / "hedgewatch.yaml"
    path.write_text("# as it was\n")

    def broken_off() -> None:
        with Keeping() as keeping:
            keeping.secret(tmp_path / "keys" / "deep", "main.secret", "s3cret")
            with keeping.draft(path, "accounts: []\n"):
                raise end

    with pytest.raises(end):
        broken_off()
    assert left(tmp_path) == ["hedgewatch.yaml"]
    assert path.read_text() == "# as it was\n"


def test_a_secret_that_is_there_already_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "main.secret").write_text("older")
    (tmp_path / "hers").mkdir()
    with Keeping() as keeping:
        made = keeping.secret(tmp_path, "main.secret", "s3cret")
        assert made == tmp_path / "main.secret-2"
    assert left(tmp_path) == ["hers", "main.secret"]
    assert (tmp_path / "main.secret").read_text() == "older"


def test_a_configuration_that_is_added_to_stays_readable_for_whom_it_was(tmp_path: Path) -> None:
    path = tmp_path / "hedgewatch.yaml"
    path.write_text("# as it was\n")
    path.chmod(0o644)
    with Keeping() as keeping, keeping.draft(path, "accounts: []\n") as draft:
        keeping.kept((draft, path))
    assert path.stat().st_mode & 0o777 == 0o644
    assert path.read_text() == "accounts: []\n"
