"""A statement about the park of 171 sources, with people, keys and certificates to sign it: values only."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from verifier.statement.facts import model as said
from verifier.statement.facts.model import Both
from verifier.statement.pdf.document import render
from verifier.statement.signing.certificate_authority import new_signing_key, open_authority
from verifier.statement.signing.signatures import Signature, certify, countersign, prepare, seal, stamp_lines

NOW = datetime(2022, 4, 18, 8, 30, tzinfo=UTC)
PASSPHRASE = "夜里下雨 the river rises"
SHA = "3f9a1c5e7b2d4f6081a3c5e7092b4d6f8193a5c7e90b2d4f6183a5c7e90b2d4f"


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (480, 360)) -> bytes:
    """A small JPEG."""
    buffer = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, "JPEG", quality=80)
    base = Image.blend(Image.open(BytesIO(buffer.getvalue())), Image.new("RGB", size, colour), 0.7)
    buffer = BytesIO()
    base.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def few_sources() -> tuple[said.SourceLine, ...]:
    """Enough sources to see every kind of row."""
    reason = Both("1 月电量更正为发票所载数量", "January's quantity corrected to the invoice")
    return (
        said.SourceLine("E-000", "Building 0 electricity", "purchased_electricity", Decimal("99.29"), Decimal("99.2894")),
        said.SourceLine("E-002", "二号楼用电", "purchased_electricity", Decimal("4502.63"), Decimal("4488.10"), reason),
        said.SourceLine("G-001", "Boiler house gas", "stationary_combustion", Decimal("2714.2"), None),
        said.SourceLine("V-001", "Vans", "mobile_combustion", Decimal("12.5"), Decimal("12.5"), counts=False),
    )


def many_sources(count: int = 171) -> tuple[said.SourceLine, ...]:
    """As many sources as the real park has, so that tables run over pages."""
    return tuple(
        said.SourceLine(
            f"E-{order:03d}",
            f"Building {order} electricity",
            "purchased_electricity",
            Decimal(order) + Decimal("0.29"),
            Decimal(order) + Decimal("0.2894"),
        )
        for order in range(count)
    )


def finding(number: str, english: str, chinese: str, effect: str | None) -> said.FindingLine:
    """A corrected finding."""
    return said.FindingLine(
        number=number,
        class_name=Both("不符合项", "Non-conformity"),
        clause="环办气候函〔2021〕130号 4.2.1 (4a)",
        subject="E-002 Building 2 electricity · 2021-01",
        description=f"{chinese}\n{english}",
        effect=None if effect is None else Decimal(effect),
        answer="已核对供电公司 1 月结算单，确认为重复抄表；更正后的报告为第 2 版。\n"
        "We compared the January settlement and withdrew the second reading.",
        correction="E-002 2021-01：612.404 MWh → 588.347 MWh",
        disposition=Both("已更正并关闭", "Corrected and closed"),
    )


def a_statement(**changes: object) -> said.StatementFacts:
    """A whole statement; anything in it can be changed."""
    made = said.StatementFacts(
        number="BJ-2021-0001",
        unit=said.Party("Riverside Park Services", "91110000MA00000X0F", "Riverside Park, 1 Works Road"),
        body=said.Party("京核认证有限公司", "91110108MA01234567", "北京市海淀区学院路 1 号"),
        programme=Both("北京市碳排放权交易试点", "Beijing pilot carbon market"),
        year=2021,
        period_start=date(2021, 1, 1),
        period_end=date(2021, 12, 31),
        criteria=said.Criteria(
            "beijing/2021",
            "1",
            SHA,
            Both("北京试点 2021 年规则", "Beijing pilot, rules of 2021"),
            (
                Both("《企业温室气体排放报告核查指南（试行）》", "Guideline for verifying enterprises' GHG emission reports (trial)"),
                Both("DB11/T 1785 二氧化碳排放核算和报告要求 服务业", "DB11/T 1785, accounting and reporting of CO2, service sector"),
            ),
            Both("规则未规定重要性阈值，本声明不作重要性判断。", "The rules name no materiality threshold; no verdict is given."),
        ),
        scope=Both(
            "Riverside Park Services 在北京市行政区域内固定设施的化石燃料燃烧与外购电力所产生的 CO2 排放，共 171 个排放源。",
            "CO2 from fuel burned in, and electricity bought for, the fixed facilities "
            "of Riverside Park Services within the city: 171 sources.",
        ),
        report=said.ReportFile("2", SHA, "park-2021.xlsx", date(2022, 3, 28)),
        sources=few_sources(),
        category_totals=(
            said.CategoryTotal("purchased_electricity", Decimal(50201), Decimal(50223)),
            said.CategoryTotal("stationary_combustion", Decimal(2714), Decimal(2714)),
        ),
        reported_total=Decimal(52915),
        verified_total=Decimal(52937),
        opinion=said.Opinion(
            "unmodified",
            Both("无保留意见", "Unmodified opinion"),
            Both(
                "经核查，我们认为 Riverside Park Services 2021 年度排放报告（第 2 版）在所有方面符合上述依据，"
                "经核查的排放量为 52,937 tCO2。核查过程中提出的不符合项均已更正。",
                "In our opinion the 2021 emission report of Riverside Park Services (version 2) conforms with the criteria above; "
                "verified emissions are 52,937 tCO2. Every non-conformity raised was corrected.",
            ),
        ),
        findings=(
            finding("1", "One reading was counted twice in January.", "1 月重复计入一次抄表，电量多报 24.057 MWh。", "-14.53"),
            finding("2", "June of E-059 is missing from the report.", "E-059 缺 6 月电量，报告按零计算。", "36.24"),
        ),
        team=(
            said.TeamMember(Both("核查组长", "Lead verifier"), "李雪琴"),
            said.TeamMember(Both("核查员", "Verifier"), "Tom Becker"),
            said.TeamMember(Both("技术专家", "Technical expert"), "朱镕喆"),
        ),
        lead_verifier="李雪琴",
        authorised_signatory="王建国",
        review=said.Review("陈堃", date(2022, 4, 15), "复核了抽样、重新计算与两项更正。Sampling and both corrections were reviewed."),
        site_visits=(
            said.SiteVisit(
                date(2022, 4, 6),
                date(2022, 4, 7),
                "Riverside Park, 1 Works Road",
                ("李雪琴", "Tom Becker", "Ana Ruiz (unit)"),
                (
                    said.ChecklistLine(Both("计量器具与台账一致", "Meters agree with the ledger"), Both("符合", "Conforms")),
                    said.ChecklistLine(
                        Both("监测计划得到执行", "The monitoring plan is carried out"), Both("不符合", "Does not conform"), "见发现 1。"
                    ),
                ),
            ),
        ),
        photos=tuple(
            said.Photo(f"{order:064x}", caption, NOW if order % 2 else None, "变配电室 Plant room", picture((20 * order, 90, 80), size))
            for order, (caption, size) in enumerate(
                [("电表 M-E-002 读数", (480, 360)), ("Gas meter M-G-001", (360, 480)), ("总表铭牌", (480, 360))], 1
            )
        ),
        milestones=(
            said.Milestone(Both("立项", "Case opened"), date(2022, 3, 28)),
            said.Milestone(Both("末次会议", "Closing meeting"), date(2022, 4, 7)),
            said.Milestone(Both("独立技术复核通过", "Independent review passed"), date(2022, 4, 15)),
        ),
        public_url="https://verifier.example.org/s/4mZ2Qw8tT1uYx7Kf3nRb9A",
        prepared_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class Signers:
    """An authority and three certificates, made once for a run: making keys is dear."""

    def __init__(self) -> None:
        with TemporaryDirectory() as folder:
            self.authority = open_authority(Path(folder) / "ca", "a root secret for tests only", now=NOW)
        body = "京核认证有限公司"
        keys = [new_signing_key(PASSPHRASE, name) for name in ("李雪琴", "王建国", body)]
        person, self.root_pem = self.authority.issue_person, self.authority.root_pem
        certificates = [
            person(keys[0].request_pem, name="李雪琴", organisation=body, role="核查组长 Lead verifier", now=NOW),
            person(keys[1].request_pem, name="王建国", organisation=body, role="授权签字人 Authorised signatory", now=NOW),
            self.authority.issue_seal(keys[2].request_pem, organisation=body, now=NOW),
        ]
        roles = [("李雪琴", Both("核查组长", "Lead verifier"), body), ("王建国", Both("授权签字人", "Authorised signatory"), body)]
        roles.append((body, Both("公章", "Seal"), ""))
        self.lead, self.signatory, self.seal = (
            Signature(
                key.key_pem,
                PASSPHRASE,
                certificate,
                self.root_pem,
                role.en,
                NOW,
                stamp_lines(name, role, organisation, "2022-04-18 16:30 (UTC+08:00)"),
            )
            for key, certificate, (name, role, organisation) in zip(keys, certificates, roles, strict=True)
        )


@cache
def signers() -> Signers:
    """The same three people for the whole run."""
    return Signers()


def sign(pdf: bytes, people: Signers, steps: int) -> bytes:
    """A prepared statement after so many of its three signatures."""
    pdf = prepare(pdf)
    actions = ((certify, people.lead), (countersign, people.signatory), (seal, people.seal))
    for action, signature in actions[:steps]:
        pdf = action(pdf, signature)
    return pdf


@cache
def signed(steps: int = 3) -> bytes:
    """The specimen after so many of its three signatures."""
    return sign(render(a_statement()), signers(), steps)
