"""Every label printed in the PDF, in Chinese and English: both are always printed, so no catalogue is used."""

from verifier.core.reason import StatedReason
from verifier.statement.facts.model import Both

WORDING = {
    "title": Both("温室气体排放核查声明", "Greenhouse gas verification statement"),
    "number": Both("声明编号", "Statement number"),
    "unit": Both("重点排放单位", "Reporting unit"),
    "credit_code": Both("统一社会信用代码", "Unified social credit code"),
    "body": Both("核查机构", "Verification body"),
    "programme": Both("碳市场", "Programme"),
    "period": Both("核算期间", "Reporting period"),
    "verified_total": Both("经核查的排放量", "Verified emissions"),
    "reported_total": Both("报告排放量", "Reported emissions"),
    "opinion": Both("核查意见", "Opinion"),
    "opinion_reasons": Both("理由", "Reasons"),
    "scan": Both("扫码核验本声明", "Scan to verify this statement"),
    "prepared": Both("声明编制时间", "Prepared"),
    "facts": Both("基本信息", "General information"),
    "report_version": Both("排放报告版本", "Version of the emission report"),
    "report_file": Both("报告文件", "Report file"),
    "received": Both("收到日期", "Received"),
    "team": Both("核查组", "Verification team"),
    "review": Both("独立技术复核", "Independent review"),
    "milestones": Both("核查进程", "Key dates"),
    "scope": Both("范围与依据", "Scope and criteria"),
    "scope_label": Both("核查范围", "Scope"),
    "pack": Both("规则包", "Rule pack"),
    "compared_plan": Both("监测计划", "Monitoring plan"),
    "standards": Both("依据", "Criteria"),
    "materiality": Both("重要性", "Materiality"),
    "assurance": Both("保证程度", "Level of assurance"),
    "sources": Both("排放源", "Emission sources"),
    "sources_note": Both(
        "逐源列示，保留两位小数；未经修约的数值见所附 statement.json。差值为报告值减核查值（+ 多报，− 少报）。“—”表示数值未知，不等于零。",
        "One row per source, to two decimals; unrounded figures are in the attached statement.json. "
        "Difference = reported − verified (+ overstated, − understated). A dash means unknown, not zero.",
    ),
    "sources_note_reported": Both(
        "逐源列示，保留两位小数；未经修约的数值见所附 statement.json。错报为报告值减应有值，截至本声明未更正。“—”表示数值未知，不等于零。",
        "One row per source, to two decimals; unrounded figures are in the attached statement.json. "
        "Misstatement = reported − correct, as far as uncorrected. A dash means unknown, not zero.",
    ),
    "source_id": Both("编号", "ID"),
    "source": Both("排放源", "Source"),
    "reported": Both("报告（tCO₂）", "Reported, tCO₂"),
    "verified": Both("核查（tCO₂）", "Verified, tCO₂"),
    "difference": Both("差值（报告值 − 核查值，tCO₂）", "Difference (reported − verified), tCO₂"),
    "category_total": Both("本类合计（整吨）", "Category total (whole tonnes)"),
    "not_counted": Both("报告但不计入排放", "reported, excluded"),
    "category": Both("类别", "Category"),
    "total": Both("合计", "Total"),
    "comparison": Both("报告与核查对照", "Reported and verified emissions"),
    "comparison_note": Both(
        "各类别修约至整吨，合计为修约后各类别之和。",
        "Categories are rounded to whole tonnes; the total is the sum of the rounded categories.",
    ),
    "reconciliation": Both("从初始报告到核查排放量", "From the first version to the verified figure"),
    "reconciliation_note": Both(
        "初始报告 − 按要求更正 − 未经要求的变更 = 最终报告；最终报告 − 未更正或估算的差异 = 核查排放量。"
        "单位 tCO₂；+ 表示调减，− 表示调增。",
        "First version − corrected on request − changed, not requested = final report; final report − uncorrected or estimated differences "
        "= verified figure. tCO₂; + lowers, − raises.",
    ),
    "reconciliation_note_reported": Both(
        "初始报告 − 按要求更正 − 未经要求的变更 = 最终报告。未更正的错报另行列示。单位 tCO₂；+ 表示调减，− 表示调增。",
        "First version − corrected on request − changed, not requested = final report. Uncorrected misstatements are listed separately. "
        "tCO₂; + lowers, − raises.",
    ),
    "first_version": Both("初始报告", "First version"),
    "corrected_on_request": Both("按要求更正", "Corrected on request"),
    "changed_unrequested": Both("未经要求的变更", "Changed, not requested"),
    "final_report": Both("最终报告", "Final report"),
    "differences_left": Both("未更正或估算的差异", "Uncorrected or estimated"),
    "verified_figure": Both("核查排放量", "Verified"),
    "other_sources": Both("其余 {count} 个排放源", "The other {count} sources"),
    "beyond_sources": Both("修约及报告合计与各源之和的差额", "Rounding, and stated total less the sum of its sources"),
    "reasons": Both("差异及原因", "Differences and their reasons"),
    "reason": Both("原因", "Reason"),
    "no_differences": Both(
        "报告值与核查值之间没有达到 0.005 吨的差异。", "For no source do the reported and verified values differ by 0.005 t or more."
    ),
    "small_differences": Both(
        "其余 {count} 个排放源的差值均小于 0.005 吨，由报告值修约所致。",
        "The other {count} sources each differ by less than 0.005 t, due to rounding in the report.",
    ),
    "findings": Both("核查发现与更正", "Findings and corrections"),
    "no_findings": Both("核查过程中未提出核查发现。", "No findings were raised in this verification."),
    "clause": Both("依据条款", "Clause"),
    "subject": Both("对象", "Subject"),
    "description": Both("事实描述", "Description"),
    "effect": Both("影响（报告值 − 应有值，tCO₂）", "Effect (reported − correct), tCO₂"),
    "answer": Both("重点排放单位答复", "Response of the unit"),
    "correction": Both("更正", "Correction"),
    "disposition": Both("处置", "Resolution"),
    "visits": Both("现场核查", "Site visit"),
    "no_visits": Both("本次核查未进行现场核查。", "No site visit was conducted in this verification."),
    "visit_kind": Both("核查方式", "Kind of visit"),
    "remote_reason": Both("远程核查的理由", "Reason for a remote visit"),
    "waiver": Both("主管部门免予现场核查的决定", "Waived by decision of the authority"),
    "waiver_reason": Both("免予现场核查的理由", "Reason for the waiver"),
    "waiver_file": Both("决定文件 SHA-256", "SHA-256 of the decision"),
    "samples": Both("抽样", "Samples"),
    "no_samples": Both("本次核查未抽样。", "No samples were drawn in this verification."),
    "sample": Both("样本", "Sample"),
    "sample_method": Both("方法；已接受的其他核查程序", "Method; other procedures accepted"),
    "sample_items": Both("样本项", "Items"),
    "sample_wrong": Both("有错误", "With errors"),
    "sample_limit": Both("误差上限（tCO₂）", "Upper limit, tCO₂"),
    "sample_tolerable": Both("可容忍误差（tCO₂）", "Tolerable error, tCO₂"),
    "dates": Both("日期", "Dates"),
    "place": Both("地点", "Place"),
    "people": Both("参加人员", "Participants"),
    "item": Both("核查事项", "Checklist item"),
    "outcome": Both("结果", "Outcome"),
    "photos": Both("附件：照片", "Annex: photographs"),
    "photos_note": Both(
        "每张照片下方的 SHA-256 为原始文件的散列值；此处所印为缩小的副本。",
        "The SHA-256 below each photograph is that of the original file; a reduced copy is printed here.",
    ),
    "no_photos": Both("本声明未附照片。", "No photographs are attached to this statement."),
    "no_picture": Both("无法生成缩小的副本；原始文件原样保存。", "No reduced copy could be made; the original file is stored unchanged."),
    "no_time": Both("拍摄时间未知", "Time not known"),
    "signatures": Both("签署", "Signatures"),
    "signatures_note": Both(
        "本声明由下列三方依次电子签署（PAdES）。核查组长的签名为认证签名，此后除填入另两项签名外不得改动。"
        "签署时间由签署系统记录，未使用可信时间戳服务。",
        "This statement is signed electronically (PAdES) by the three parties below, in this order. The lead verifier's signature is a "
        "certifying signature: after it, only the other two signatures may be added. Times are those of the signing system; "
        "no time-stamping authority was used.",
    ),
    "lead": Both("核查组长", "Lead verifier"),
    "signatory": Both("授权签字人", "Authorised signatory"),
    "seal": Both("核查机构公章", "Seal of the verification body"),
    "check": Both("如何核验", "How to verify this statement"),
    "check_note": Both(
        "扫描首页二维码或打开下列网址，上传本 PDF 文件，即可核验其是否为签发的原件、由谁签署。"
        "内容同时以 statement.json 附于文件之内，供计算机读取。",
        "Scan the code on the first page or open the address below and upload this PDF to verify whether it is the issued file and "
        "who signed it. The same content is attached as statement.json in machine-readable form.",
    ),
    "own_none": Both(
        "依据规则，核查机构不出具自己的排放量；本声明针对报告排放量。",
        "Under these rules the verifier does not determine a separate figure: this statement is on the reported emissions.",
    ),
    "misstated": Both("未更正错报（报告值 − 应有值）", "Uncorrected misstatements (reported − correct)"),
    "misstatements": Both("未更正的错报", "Uncorrected misstatements"),
    "misstatements_note": Both(
        "列示截至本声明仍未更正的错报。正值表示多报，负值表示少报。",
        "Misstatements uncorrected as of this statement. Positive: overstated; negative: understated.",
    ),
    "no_misstatements": Both("没有已知的未更正错报。", "No uncorrected misstatements are known."),
    "misstatement": Both("错报（tCO₂）", "Misstatement, tCO₂"),
    "finding_nos": Both("核查发现", "Findings"),
    "whole_report": Both("报告整体", "Report as a whole"),
    "by_nature": Both("按性质具有重要性", "Material by nature"),
    "net": Both("净额", "Net"),
    "gross": Both("总额", "Gross"),
    "netted": Both("允许相互抵销的理由", "Reason for offsetting"),
    "errors_over": Both("多报（tCO₂）", "Overstated, tCO₂"),
    "errors_under": Both("少报（tCO₂）", "Understated, tCO₂"),
    "errors_net": Both("净额（tCO₂）", "Net, tCO₂"),
    "errors_gross": Both("总额（tCO₂）", "Gross, tCO₂"),
    "errors": Both("错报", "Misstatements"),
    "known_errors": Both("已知未更正", "Known and uncorrected"),
    "projected": Both("抽样推断的其余部分", "Further projected from samples"),
    "weighed": Both("合并评估", "Assessed in aggregate"),
    "unit_category": Both("设施类别", "Category of the installation"),
    "category_plan": Both("依据经批准的监测计划：{source}", "as the approved monitoring plan has it: {source}"),
    "category_average": Both(
        "依据上一交易期平均排放量 {tonnes} 吨：{source}", "average of the trading period before, {tonnes} t: {source}"
    ),
    "category_estimate": Both(
        "未取得类别依据，按报告排放量保守估算", "estimated conservatively from the reported emissions: no basis was entered"
    ),
    "threshold": Both("阈值（tCO₂）", "Threshold, tCO₂"),
    "verdict": Both("重要性判断", "Verdict"),
    "basis": Both("依据", "Basis"),
    "unknown_sources": Both("未能确认的排放源", "Sources that could not be confirmed"),
    "no_verdict": Both("不作判断", "No verdict"),
    "no_total": Both("报告未列总量，不作判断。", "The report states no total: no verdict is given."),
    "threshold_is": Both("阈值为报告总量的 {share}%，即 {tonnes} 吨。", "The threshold is {share} % of the reported total: {tonnes} t."),
    "verdict_open": Both("尚有未知数值，不作判断。", "Not everything is known: no verdict is given."),
    "verdict_by": Both(
        "未更正的错报连同抽样推断，单独及合并、按数量及性质判断。",
        "What stays uncorrected, with what samples project, is weighed singly and together, by size and by nature.",
    ),
    "estimated": Both("保守估算", "Estimated conservatively"),
    "coverage": Both("数据的测试情况", "How numbers were tested"),
    "coverage_note": Both(
        "计入排放量的每项数据按其最强的程序计一次；排放量为与该数据相关的排放量。逐源情况见附件。",
        "Each number that counts is counted once, under its strongest procedure, with the emissions that depend on it. By source: annex.",
    ),
    "coverage_annex": Both("附件：各排放源数据的测试情况", "Annex: how the numbers of each source were tested"),
    "coverage_basis": Both("规则要求", "Required by the rules"),
    "coverage_missing": Both("未按规则要求测试", "Not tested as the rules require"),
    "coverage_missing_is": Both("{count} 项数据，涉及 {tonnes} tCO₂", "{count} numbers, related to {tonnes} tCO₂"),
    "coverage_plan": Both("证据收集计划", "Evidence-gathering plan"),
    "coverage_sampling": Both("技术复核人认可的机构自行抽样", "The body's own sampling, accepted by the reviewer"),
    "coverage_numbers": Both("{count} 项数据", "{count} numbers"),
    "deviations": Both("对计划的偏离及理由", "Deviations from the plan, with reasons"),
    "kind": Both("数据类别", "Kind"),
    "procedure": Both("程序", "Procedure"),
    "numbers": Both("项数", "Numbers"),
    "related": Both("相关排放量（tCO₂）", "Related emissions, tCO₂"),
    "evidence": Both("证据", "Evidence"),
    "page": Both("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "signed_at": Both("签署时间", "Signed"),
}

VERDICTS = {  # signed in statement.json, as are `no_verdict`, `no_total`, `threshold_is`, `verdict_open` and `verdict_by`: wording kept
    "not_material": Both("不具有重要性", "Not material"),
    "only_netted": Both("仅因正负抵消而低于阈值", "Below the threshold only because errors cancel"),
    "material": Both("具有重要性", "Material"),
}

CATEGORIES = {
    "stationary_combustion": Both("固定燃烧", "Stationary combustion"),
    "mobile_combustion": Both("移动燃烧", "Mobile combustion"),
    "process": Both("工业过程", "Process"),
    "purchased_electricity": Both("外购电力", "Purchased electricity"),
    "purchased_heat": Both("外购热力", "Purchased heat"),
    "exported_electricity": Both("外供电力", "Exported electricity"),
    "exported_heat": Both("外供热力", "Exported heat"),
    "mass_balance_in": Both("碳平衡输入", "Mass balance, input"),
    "mass_balance_out": Both("碳平衡输出", "Mass balance, output"),
    "measured": Both("连续监测", "Continuous measurement"),
}


KINDS = {"activity": Both("活动数据", "Activity data"), "factor": Both("排放因子", "Factors")}

PROCEDURES = {  # signed in statement.json: wording kept
    "voucher": Both("追溯至凭证", "Traced to a supporting document"),
    "original_record": Both("追溯至原始记录", "Traced to the original record"),
    "confirmed": Both("第三方确认", "Confirmed by a third party"),
    "independent_record": Both("与独立记录核对", "Compared with an independent record"),
    "meter_reading": Both("现场查看表计读数", "Meter reading seen"),
    "reconciled": Both("平衡核对", "Reconciled in a balance"),
    "factor_traced": Both("因子追溯至数据表或检测报告", "Factor traced to its table or laboratory report"),
    "table_value": Both("与公布的缺省值表一致（由程序比对）", "Equal to the published table (found by the program)"),
    "sampled": Both("包含在支持该数据的抽样中", "In a sample that supports the figure"),
    "meter_seen": Both("现场查看计量器具", "Meter seen on site"),
    "analytical": Both("仅分析程序", "Analytical procedure only"),
    "recalculated": Both("仅重新计算", "Recalculated only"),
    "": Both("未执行任何程序", "Nothing done"),
}


REASONS = {  # of an opinion that is not satisfactory without comments; signed in statement.json: wording kept
    "opinion.not_corrected": Both("{findings}：报告中未予更正。", "{findings}: not corrected in the report."),
    "opinion.cannot_confirm": Both(
        "{count} 个排放源的排放量无法确认：{sources}。", "Sources that could not be confirmed: {count} ({sources})."
    ),
    "opinion.samples_unsupported": Both(
        "样本 {samples} 的误差上限超过可容忍误差。", "Samples whose upper limit of error exceeds the tolerable error: {samples}."
    ),
    "opinion.material": Both(
        "未更正的错报具有重要性：净额 {net} tCO₂，总额 {gross} tCO₂，阈值 {threshold} tCO₂。",
        "Uncorrected misstatements are material: net {net} tCO₂, gross {gross} tCO₂, threshold {threshold} tCO₂.",
    ),
    "opinion.only_netted": Both(
        "未更正的错报仅因正负抵消而低于阈值：净额 {net} tCO₂，总额 {gross} tCO₂，阈值 {threshold} tCO₂。",
        "Uncorrected misstatements are below the threshold only because they offset each other: net {net} tCO₂, gross {gross} tCO₂, "
        "threshold {threshold} tCO₂.",
    ),
    "opinion.material_nature": Both("按性质具有重要性：{reasons}。", "Material by nature: {reasons}."),
    "opinion.only_with_comments": Both(
        "存在未更正但不重大的错报或不符合项，列示于本声明。",
        "Misstatements or non-conformities that are not material stay uncorrected; they are listed in this statement.",
    ),
}


def reason(stated: StatedReason) -> Both:
    """A reason of an opinion in both languages; a list of things joined by commas."""
    values = {name: ", ".join(map(str, value)) if isinstance(value, tuple) else value for name, value in stated.values}
    text = REASONS[stated.message]
    return Both(text.zh.format(**values), text.en.format(**values))


def word(key: str, **values: object) -> Both:
    """The label `key` in both languages, its placeholders filled."""
    text = WORDING[key]
    return Both(text.zh.format(**values), text.en.format(**values)) if values else text


def category_name(code: str) -> Both:
    """A category's name; one we do not know is shown by its code."""
    return CATEGORIES.get(code) or Both.same(code)
