"""Articles that are not in English are set aside; names from anywhere make no article foreign."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgraph.read import Reading, read_sources
from kgraph.read.language import SHORTEST, foreign
from kgraph.read.source import Source
from reading import got, written

FOREIGN = {
    "French": "Selon l'armée, trois soldats ont été blessés dans une embuscade près de Kidal.",
    "German": "Drei Soldaten wurden bei einem Angriff in der Nähe von Kundus verletzt.",
    "Spanish": "Tres soldados resultaron heridos en una emboscada cerca de la frontera.",
    "Portuguese": "Três soldados ficaram feridos numa emboscada perto de Cabo Delgado.",
    "Czech": "Tři vojáci byli zraněni při útoku poblíž hranic, oznámilo ministerstvo obrany.",
    "Turkish": "Sınır yakınlarındaki saldırıda üç asker yaralandı, bakanlık açıkladı.",
    "Swahili": "Wanajeshi watatu walijeruhiwa katika shambulio karibu na mpaka.",
    "Russian": "Трое военных ранены при нападении у границы, сообщило министерство.",
    "Arabic": "أصيب ثلاثة جنود في هجوم قرب الحدود، حسبما أعلنت وزارة الدفاع.",
    "Chinese": "国防部星期一宣布在边境附近设立新的基地。两名士兵在袭击中受伤。"
    "双方签署了军事合作协议，并将于明年举行联合演习。",
}
ENGLISH = [
    "Al Hudaydah, Sana'a, Ta'izz, Marib, Shabwah: clashes reported; Ansar Allah denies losses.",
    "Sergei Lavrov met Mevlüt Çavuşoğlu in Antalya; Dmytro Kuleba stayed away.",
    "President Andrzej Duda and Mateusz Morawiecki toured Redzikowo, Rzeszów-Jasionka and Powidz.",
    "Estado-Maior-General das Forças Armadas chief visits Cabo Delgado and Mocímboa da Praia.",
    "Nguyen Phu Trong, Xi Jinping hail ties; Cam Ranh visit off, Hanoi and Beijing say.",
    "Sjef for Forsvaret Eirik Kristoffersen opens Værløse exercise, Oslo says.",
    "SAN SALVADOR, 3 JAN 30 -- GUERRILLAS OF THE FRENTE FARABUNDO MARTI ATTACKED ILOPANGO, COPREFA SAYS.",
    "Bundeswehr Panzergrenadierbataillon 122 arrives at Rukla, Lithuania.",
    "“Vive la France,” he said, and left for Bamako with the others on Monday.",
]


@pytest.mark.parametrize("language", sorted(FOREIGN))
def test_foreign(language: str) -> None:
    """Each language is named."""
    assert foreign(FOREIGN[language]) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str) -> None:
    """Short English reports full of names stay."""
    assert foreign(text) is None


@pytest.mark.parametrize(
    "text", ["", "Trois soldats blessés", "1 2 3 " * 50, "\x00\ud800\x85" * 50, "🙂" * 99]
)
def test_nothing_to_tell(text: str) -> None:
    """What is too short, or no words at all, is kept."""
    assert foreign(text) is None


def test_long_text_is_quick() -> None:
    """A text of any length is told by its beginning."""
    assert foreign(FOREIGN["German"] * 100_000) == "German"
    assert SHORTEST == 40


def test_set_aside(tmp_path: Path) -> None:
    """Each is named with its line, and all are counted; --any-language keeps them."""
    for name, text in FOREIGN.items():
        written(tmp_path / f"{name}.txt", text)
    written(tmp_path / "b.txt", ENGLISH[0])
    articles, problems = got(tmp_path, reading=Reading())
    assert [article.id for article in articles] == ["b"]
    assert str(problems[0]) == (
        f"{tmp_path / 'Arabic.txt'}: is in Arabic, not English; set aside; --any-language keeps it"
    )
    assert problems[-1].reason.startswith("10 articles are not in English (1 Arabic, 1 Chinese, 1 Czech, ")
    assert len(got(tmp_path)[0]) == 11


def test_one_is_not_counted_twice(tmp_path: Path) -> None:
    """A single article has its own line alone."""
    path = written(tmp_path / "a.txt", FOREIGN["German"])
    source = Source.of_file(path, shown="a.txt", name="a")
    problems: list[object] = []
    assert list(read_sources([source], on_problem=problems.append)) == []
    assert len(problems) == 1
