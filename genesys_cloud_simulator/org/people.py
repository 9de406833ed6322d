# ruff: noqa: RUF001 - the names are meant to be in other scripts
"""Invented names of customers, agents and queues, in the scripts a contact centre meets."""

from __future__ import annotations

from dataclasses import dataclass

from genesys_cloud_simulator.workforce.staffing import AGENTS


@dataclass(frozen=True)
class Locale:
    """How the people of one language are called.

    Attributes:
        language: The language tag.
        given: Given names.
        family: Family names.
        family_first: Whether the family name comes first.
        separator: What stands between the names.
    """

    language: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    separator: str = " "


def full_names(locale: Locale) -> tuple[str, ...]:
    """List the names that people of one language may have."""
    return tuple(
        locale.separator.join((family, given) if locale.family_first else (given, family))
        for given in locale.given
        for family in locale.family
    )


LOCALES = (
    Locale(
        "en-GB",
        ("Imogen", "Rhys", "Niamh", "Callum", "Beatrix", "Ewan", "Tamsin", "Alfie"),
        ("Hartwell", "O'Dempsey", "Ashdown-Pryce", "Fennimore", "Quillfeather", "Thornbury"),
    ),
    Locale(
        "de-DE",
        ("Jürgen", "Änne", "Björn", "Käthe", "Göran", "Lieselotte", "Rüdiger", "Mareike"),
        ("Weißhaupt", "Grüßner", "Möhlenkamp", "von der Höhe", "Strößenreuther", "Bärwald"),
    ),
    Locale(
        "pl-PL",
        ("Łucja", "Święcisław", "Grażyna", "Paweł", "Żaneta", "Michał", "Zofia", "Błażej"),
        ("Żółkiewicz", "Brzęczkowska", "Śliwiński", "Łękawska", "Gądecki", "Wrzosek"),
    ),
    Locale(
        "pt-BR",
        ("João", "Conceição", "Inês", "Luís", "Antônia", "Zé", "Patrícia", "Otávio"),
        ("Guimarães", "Assunção", "Araújo Leitão", "Simões", "Brandão", "Vilaça"),
    ),
    Locale(
        "vi-VN",
        ("Hường", "Đức", "Thuỷ", "Khánh", "Ngọc", "Quỳnh", "Tuấn", "Phượng"),
        ("Nguyễn", "Trần", "Đặng", "Phạm", "Võ", "Bùi"),
        family_first=True,
    ),
    Locale(
        "tr-TR",
        ("İlknur", "Çağrı", "Gülşah", "Ömer", "Şebnem", "Uğur", "Işıl", "Yiğit"),
        ("Çelikoğlu", "Işıkgören", "Özyıldız", "Şahinbaş", "Güneşli", "Karadağ"),
    ),
    Locale(
        "ru-RU",
        ("Ярослава", "Тимофей", "Аграфена", "Юрий", "Людмила", "Фёдор", "Ульяна", "Щукарь"),
        ("Заозёрная", "Подъяблонский", "Журавлёв", "Хрусталёва", "Чернышов", "Эльбрусов"),
    ),
    Locale(
        "el-GR",
        ("Ευφροσύνη", "Θρασύβουλος", "Χρυσάνθη", "Ηλίας", "Ιφιγένεια", "Οδυσσέας"),
        ("Παπαθανασόπουλος", "Καλλιγέρη", "Ξανθάκης", "Ψαρουδάκη", "Μουστάκας"),
    ),
    Locale(
        "ar-AE",
        ("ليلى", "عبد الرحمن", "شهرزاد", "يوسف", "نُهى", "طارق", "هالة", "زيد"),
        ("الزعفراني", "آل ياسمين", "القمري", "البحّار", "المرجاني"),
    ),
    Locale(
        "he-IL",
        ("נעמה", "אלחנן", "שירה", "יהונתן", "תמר", "גדליה", "רוני"),
        ("בן־שחר", "אלמוגי", "כרמל־דרור", "צורן", "אגמון"),
    ),
    Locale(
        "hi-IN",
        ("अनुराधा", "विक्रांत", "मृणालिनी", "हर्षवर्धन", "तृप्ति", "ऋषि", "ज्ञानेश"),
        ("चन्द्रकोटि", "मेघवाल", "श्रीनगरी", "पुष्पधर", "नीलकण्ठ"),
    ),
    Locale(
        "zh-CN",
        ("晓峰", "雨晴", "思远", "婉仪", "子墨", "𠮷瑞", "明月"),
        ("欧阳", "沈", "慕容", "顾", "白", "司徒"),
        family_first=True,
        separator="",
    ),
    Locale(
        "ja-JP",
        ("さくら", "健太", "ひかり", "リョウ", "美咲", "つばさ", "アヤ"),
        ("月見里", "小鳥遊", "髙橋", "𠮷川", "サトウ", "五十嵐"),
        family_first=True,
    ),
    Locale(
        "ko-KR",
        ("하늘", "지훈", "서연", "도윤", "은채", "시우", "나래"),
        ("남궁", "한", "제갈", "류", "선우"),
        family_first=True,
        separator="",
    ),
)


# Most customers of the invented organisation speak English or German, the rest is spread.
LOCALE_WEIGHTS = (34, 18, 6, 6, 3, 4, 6, 3, 4, 3, 4, 4, 3, 2)


QUEUE_NAMES = (
    "Customer Care", "Billing & Payments", "Technical Support", "Kündigung / Rückgewinnung",
    "Sales: New Business", "Réclamations", "Scheduled Callbacks", "Поддержка", "テクニカルサポート",
    'Back Office "Tier 2"', "Returns, Refunds", "VIP",
)  # fmt: skip

QUEUE_WEIGHTS = (28, 17, 15, 8, 9, 5, 4, 4, 3, 3, 3, 1)


_INVENTED = tuple(
    locale.separator.join((family, given) if locale.family_first else (given, family))
    for position in range(210)
    for locale in (LOCALES[position % len(LOCALES)],)
    for given in (locale.given[position // len(LOCALES) % len(locale.given)],)
    for family in (locale.family[position // len(LOCALES) * 2 % len(locale.family)],)
)

_FIRST_AGENTS = (
    "Agnieszka Żurawska", "Bogdan Ţiriac", "Chloé d'Aubigny", "Дарья Ключевская", "Eszter Szőke",
    "Ferdinand Grünwald", "Γεωργία Λιβαδά", "Håkon Sørlie", "Inês Malhão", "Jiří Vodňanský",
    "Katarzyna Łoś", "Léo Béranger", "محمود الكروان", "Noor van 't Veld", "Orla Ní Riain",
    "Përparim Dushku", "Quentin Marlowe", "रेवती आकाशी", "Sebastián Nuño", "Þóra Ísleifsdóttir",
    "Ulrike Möwe", "Vytautas Šilas", "Wanda Klonowska", "Xiadani Luna", "雪村 あおい",
    "Zdeněk Růžek",
)  # fmt: skip

AGENT_NAMES = (_FIRST_AGENTS + _INVENTED)[:AGENTS]

STAFF_NAMES = (_FIRST_AGENTS + _INVENTED)[AGENTS:]
"""Those who work for the organisation without talking to its customers."""
