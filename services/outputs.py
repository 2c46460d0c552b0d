"""Prints and exports as long works: 汇缴清册 of large employers, what a query finds, as PDF and .xlsx."""

from typing import Final
from urllib.parse import parse_qsl

from services import exports, prints, queries, remittance_prints, slips
from services.exports import Conditions, Listing
from services.prints import Printed
from services.works.kinds import Job, Kind, Outcome


def _voucher(job: Job) -> Outcome:
    return _printed(
        remittance_prints.voucher(job.actor, int(job.arguments["assessment"])), "汇缴书已生成"
    )


def _roster(job: Job) -> Outcome:
    job.count("正在读取汇缴明细", 0, 0)
    printed = remittance_prints.roster(job.actor, int(job.arguments["assessment"]), job.count)
    return _printed(printed, "汇缴清册已生成")


def _changes(job: Job) -> Outcome:
    job.count("正在比较上月明细", 0, 0)
    printed = remittance_prints.changes(job.actor, int(job.arguments["assessment"]))
    return _printed(printed, "汇缴变更清册已生成")


def _print(job: Job) -> Outcome:
    found = _found(job)
    printed = prints.listing(job.actor, found, job.count)
    return _printed(printed, f"{found.title}已生成，共{len(found.rows)}条记录")


def _export(job: Job) -> Outcome:
    found = _found(job)
    job.count("正在写入文件", 0, 0)
    file = exports.save(job.actor, found)
    slip = slips.keep(job.actor, file.name, file.content)
    return {
        "summary": f"{found.title}已生成，共{len(found.rows)}条记录",
        "links": [("保存Excel文件", f"/download/slip/{slip}")],
    }


def _found(job: Job) -> Listing:
    job.count("正在查询", 0, 0)
    conditions = Conditions.read(dict(parse_qsl(job.arguments["conditions"])))
    return queries.ask(job.arguments["query"], job.actor, conditions)


def _printed(printed: Printed, summary: str) -> Outcome:
    address = f"/download/print/{printed.code}"
    return {
        "summary": summary,
        "view": address,
        "name": printed.name,
        "links": [("保存PDF", f"{address}?as=attachment")],
    }


VOUCHER_PRINT: Final = Kind("remittance_voucher", "汇缴打印", "汇缴", _voucher)
ROSTER_PRINT: Final = Kind("remittance_roster", "汇缴清册打印", "汇缴", _roster)
CHANGES_PRINT: Final = Kind("remittance_changes", "变更清册打印", "汇缴", _changes)
LISTING_PRINT: Final = Kind("listing_print", "查询结果打印", "缴存人信息查询", _print)
LISTING_EXPORT: Final = Kind("listing_export", "查询结果下载", "缴存人信息查询", _export)
