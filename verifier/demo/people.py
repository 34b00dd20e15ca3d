"""Who is in the demo; the README lists them."""

from verifier.core.access import Role

PASSWORD = "boiler-house-at-seven"  # noqa: S105 - the README gives it to everyone
PASSPHRASE = "seal the park once"  # noqa: S105
DOMAIN = "demo.example"

ORGANISATIONS: dict[str, tuple[str, str, str | None, str | None]] = {
    "installation": ("installation", "Demo installation", "演示系统", None),
    "authority": ("authority", "Beijing Carbon Market Office (demo)", "北京碳市场办公室（演示）", None),
    "body": ("body", "Jingcheng Verification Co., Ltd.", "京诚核查有限公司", "91110105MA00000D1B"),
    "other_body": ("body", "Huabei Certification Institute", "华北认证研究所", "91110108MA00000D2C"),
    "park": ("unit", "Riverside Park Services", "河畔园区服务公司", "91110000MA00000X0F"),
}
"""Key → kind, name, Chinese name, credit code. All made up."""

PEOPLE: dict[str, tuple[str, str, tuple[Role, ...], bool]] = {
    "admin": ("installation", "Zhou Lan", (Role.ADMINISTRATOR,), True),
    "manager": ("authority", "Wang Min", (Role.PROGRAMME_MANAGER,), True),
    "assessor": ("authority", "Sun Qiang", (Role.ASSESSOR,), False),
    "coordinator": ("body", "Liu Yan", (Role.COORDINATOR,), True),
    "lead": ("body", "Chen Wei", (), True),
    "verifier": ("body", "Zhao Ping", (), True),
    "expert": ("body", "Ma Jun", (), True),
    "reviewer": ("body", "Gao Xin", (), True),
    "signatory": ("body", "Xu Hong", (), True),
    "contact": ("park", "Li Na", (Role.CONTACT,), False),
    "contributor": ("park", "Feng Bo", (Role.CONTRIBUTOR,), False),
    "responsible": ("park", "He Jianguo", (Role.RESPONSIBLE,), False),
}
"""Key → organisation, name, roles in it, whether a second factor is set."""

TEAM = {
    "lead": Role.LEAD_VERIFIER,
    "verifier": Role.VERIFIER,
    "expert": Role.TECHNICAL_EXPERT,
    "reviewer": Role.REVIEWER,
    "signatory": Role.SIGNATORY,
}

GROUP: tuple[tuple[str, str], ...] = (
    ("Riverside Cold Rolling Works", "河畔冷轧厂"),
    ("Riverside Power Services", "河畔动力服务公司"),
    ("Riverside Casting Works", "河畔铸造厂"),
    ("Riverside Logistics Centre", "河畔物流中心"),
    ("Riverside Research Institute", "河畔研究院"),
    ("Riverside Gas Works", "河畔燃气厂"),
    ("Riverside Pipe Works", "河畔钢管厂"),
    ("Riverside Wire Works", "河畔线材厂"),
)
"""The group's other units, from the furthest case to the newest."""


def credit_code(place: int) -> str:
    """A made-up code for one of the group's units."""
    return f"91110000MA0000{place:02d}XX"


def email(key: str) -> str:
    """The address with which a demo person signs in."""
    return f"{key}@{DOMAIN}"
