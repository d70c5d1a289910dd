"""The end of it: secrets into files of their own, the configuration checked, and then written."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.connect.accounts import Connected, GivenUpError
from hedgewatch.connect.adding import NotAddedError, added
from hedgewatch.connect.keeping import Keeping
from hedgewatch.connect.login import HeldSecret
from hedgewatch.connect.person import Person, says_yes
from hedgewatch.connect.plan import Plan, PlannedAccount
from hedgewatch.connect.service import Service, credential_name
from hedgewatch.connect.writing import ABOUT, new_file, sections_of
from hedgewatch.settings import SecretReference

_FOLDER = "keys"

Planned = Callable[[Sequence[PlannedAccount]], Plan]


class Finishing:
    """Writes `path`, which has `before` in it where it is there already; a `service` runs it, or
    whoever made it.
    """

    def __init__(
        self,
        person: Person,
        path: Path,
        before: Configuration | None,
        service: Service | None = None,
    ) -> None:
        self._person = person
        self._path = path
        self._before = before
        self._service = service

    def finish(self, connected: Sequence[Connected], planned: Planned) -> None:
        """All of it, or nothing (GivenUpError, or whatever else ended it)."""
        folder = self._ask_folder(connected)
        if not says_yes(self._person, f"Write {self._path}?", default=True):
            raise GivenUpError("nothing was written")
        with Keeping() as keeping:
            accounts = [self._account(one, keeping, folder) for one in connected]
            text = self._text(planned(accounts))
            with keeping.draft(self._path, text, for_all=self._service is not None) as draft:
                configuration = self._checked(draft)
                keeping.kept(*self._drop_in(accounts, keeping), (draft, self._path))
        self._say_well(configuration)

    def _drop_in(
        self, accounts: Sequence[PlannedAccount], keeping: Keeping
    ) -> Iterator[tuple[Path, Path]]:
        """What hands the keys of these accounts to the service, where one runs it."""
        names = [name for account in accounts for _, name in account.parts.values()]
        if self._service is None or not names:
            return
        path = self._service.drop_in
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        with keeping.draft(path, self._service.loads(before, names), for_all=True) as draft:
            yield draft, path

    def _ask_folder(self, connected: Sequence[Connected]) -> Path:
        """Where secrets go that are nowhere yet."""
        if self._service is not None:
            return self._service.credentials
        default = self._path.absolute().parent / _FOLDER
        held = (part for one in connected for part in one.login.parts.values())
        if not any(isinstance(part, HeldSecret) for part in held):
            return default
        question = "In which folder may the secrets lie, in files that only you can read?"
        while (told := self._person.ask(question, str(default))).lower() == "none":
            self._person.say(
                "  what was typed must lie somewhere: a folder, or Ctrl-C, and nothing is written"
            )
        return Path(told).expanduser().absolute()

    def _account(self, one: Connected, keeping: Keeping, folder: Path) -> PlannedAccount:
        settings = one.settings
        endpoint = settings.endpoint
        return PlannedAccount(
            name=settings.name,
            venue=settings.venue,
            parts={
                part: self._place(reference, keeping, folder, (settings.name, part))
                for part, reference in one.login.parts.items()
            },
            address=one.login.address,
            endpoint={} if endpoint is None else {"rest": endpoint.rest, "ws": endpoint.ws},
            portfolio_margin=settings.portfolio_margin,
            allow_unverified_key=settings.allow_unverified_key,
        )

    def _place(
        self, reference: SecretReference, keeping: Keeping, folder: Path, name: tuple[str, str]
    ) -> tuple[str, str]:
        """How the configuration refers to it. Files and variables of whoever asks are none of the
        service's: it gets a copy.
        """
        if reference.credential is not None:
            return "credential", reference.credential
        if self._service is not None:
            path = keeping.secret(folder, credential_name(*name), reference.read().reveal())
            return "credential", path.name
        if isinstance(reference, HeldSecret):
            path = keeping.secret(folder, ".".join(name), reference.read().reveal())
            return "file", self._seen_from_here(path)
        if reference.env is not None:
            return "env", reference.env
        return "file", self._seen_from_here(reference.file or Path())

    def _seen_from_here(self, path: Path) -> str:
        """Relative where it lies beside or below the configuration."""
        here = self._path.absolute().parent
        return str(path.relative_to(here) if path.is_relative_to(here) else path)

    def _text(self, plan: Plan) -> str:
        if self._before is None:
            return new_file(plan, self._steps, self._store)
        sections = sections_of(plan)
        try:
            return added(self._path.read_text(encoding="utf-8"), sections, ABOUT)
        except NotAddedError as error:
            shown = "\n".join(f"{name}:\n{''.join(items)}" for name, items in sections.items())
            raise GivenUpError(
                f"{self._path}: {error}. Nothing was written; this belongs into it:\n{shown}"
            ) from error

    def _checked(self, draft: Path) -> Configuration:
        """As `hedgewatch check` does."""
        try:
            return load(draft, thorough=True)
        except ConfigurationError as error:
            said = str(error).replace(str(draft), str(self._path))
            raise GivenUpError(
                f"nothing was written, for check would refuse it:\n{said}"
            ) from error

    @property
    def _store(self) -> str:
        return "state.db" if self._service is None else str(self._service.store)

    @property
    def _steps(self) -> Sequence[str]:
        """What comes after it was written."""
        if self._service is not None:
            return self._service.steps(self._path.absolute(), is_new=self._before is None)
        return (f"hedgewatch check -c {self._path} --online", f"hedgewatch run -c {self._path}")

    def _say_well(self, configuration: Configuration) -> None:
        accounts = _counted(len(configuration.accounts), "account")
        hedges = _counted(len(configuration.hedges), "hedge")
        steps = "\n".join(f"  {step}" for step in self._steps)
        self._person.say(
            f"\nwell: {accounts}, {hedges}, {len(configuration.rules)} rules in "
            f"{self._path}. From here, each key and symbol tried at its venue, then the daemon:\n"
            f"{steps}\n"
            f"While it runs, http://{configuration.http.listen}/ shows all of it; alerts go where "
            "its `receivers:` say (README.md has phones and mail)."
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
