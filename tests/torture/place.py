"""An index with its corpus, and changes of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ipqa.settings import Settings
from tests.torture.child import DONE, Task, start
from tests.torture.world import EDITIONS, IN_CORPUS, Edition, Held


@dataclass
class Place:
    """An index with its corpus, what it holds, and what is to be done to it."""

    folder: Path
    vectors: Path
    held: Held

    @property
    def settings(self) -> Settings:
        """Settings that open the index, without the reader, which makes no difference here."""
        return Settings(corpus=self.folder / "corpus", index=self.folder / "index", reader=False)

    def task(self, action: str, what: str = "") -> Task:
        """Something to be done here."""
        settings = self.settings
        return Task(action, str(settings.index), str(settings.corpus), str(self.vectors), what)

    def build(self, edition: Edition) -> tuple[Task, Held]:
        """A build that finds an edition in the corpus, and what the index holds after it."""
        edition.write(self.settings.corpus)
        return self.task("build"), self._with_corpus()

    def add(self, edition: Edition) -> tuple[Task, Held]:
        """An edition to be added, and what the index holds after that."""
        path = edition.write(self.folder / "mine")
        return self.task("add", str(path)), {**self.held, edition.company: edition}

    def remove(self, company: str) -> tuple[Task, Held]:
        """A report to be taken out, and what the index holds after that."""
        after = {name: edition for name, edition in self.held.items() if name != company}
        return self.task("remove", company), after

    def do(self, planned: tuple[Task, Held]) -> None:
        """Do something to its end."""
        process = start(planned[0])
        process.join()
        assert process.exitcode == DONE
        self.held = planned[1]

    def copy(self, folder: Path) -> "Place":
        """The same, elsewhere."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Place(folder, self.vectors, self.held)

    def _with_corpus(self) -> Held:
        found = {
            company: next(
                edition
                for number in range(EDITIONS)
                if (edition := Edition(company, number)).source
                == (self.settings.corpus / f"{company}.md").read_text(encoding="utf-8")
            )
            for company in IN_CORPUS
        }
        return {**self.held, **found}
