"""The same template by XlsxWriter, cell by cell: locked but for one column, with a hidden sheet."""

from pathlib import Path

import xlsxwriter

from bench.peers import openpyxl_template
from bench.peers.openpyxl_template import EDITABLE, FORMATS, WIDTHS
from bench.peers.rules import BASE_MAX, BASE_MIN, HEADINGS, NORMAL, PEOPLE, RATES


class Way(openpyxl_template.Way):
    def run(self, book: Path) -> None:
        with self.engine.connect() as connection:
            people = connection.exec_driver_sql(f"{PEOPLE} ORDER BY account").all()
        with xlsxwriter.Workbook(book) as workbook:
            sheet = workbook.add_worksheet("基数调整")
            bold = workbook.add_format({"bold": True, "border": 1, "align": "center"})
            styles = [
                workbook.add_format({"num_format": form, "border": 1, "locked": index != EDITABLE})
                for index, form in enumerate(FORMATS, start=1)
            ]
            for index, heading in enumerate(HEADINGS):
                sheet.set_column(index, index, WIDTHS[index])
                sheet.write_string(0, index, heading, bold)
            number = 0
            for person in people:
                if person[4] != NORMAL:
                    continue
                number += 1
                sheet.write_number(number, 0, number, styles[0])
                for index, value in enumerate((*person[1:4], RATES), start=1):
                    sheet.write_string(number, index, value, styles[index])
                sheet.write_number(number, 5, person[5] / 100, styles[5])
                sheet.write_number(number, 6, person[6] / 100, styles[6])
                sheet.write_blank(number, 7, None, styles[7])
            limits = {"validate": "decimal", "criteria": "between", "minimum": BASE_MIN / 100,
                      "maximum": BASE_MAX / 100}  # fmt: skip
            sheet.data_validation(1, 7, number, 7, limits)
            sheet.freeze_panes(1, 0)
            sheet.protect()
            hidden = workbook.add_worksheet("_hall")
            hidden.very_hidden()
            hidden.write_row(0, 0, ["business", "base_adjustment"])
