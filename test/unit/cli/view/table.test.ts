import { expect, test } from "vitest";
import { alignTabs, denseTable, renderTable, wideTable } from "../../../../src/cli/view/table.ts";

test.each([
  {
    when: "a column is as wide as its widest cell and the padding",
    text: "A\tB\nlonger cell\tx\n",
    is: "A             B\nlonger cell   x\n",
  },
  { when: "a column has a least width", text: "A\tB\n", is: "A         B\n" },
  {
    when: "the last cell is not padded",
    text: "A\tB\nx\tlong last cell\n",
    is: "A         B\nx         long last cell\n",
  },
  {
    when: "an empty cell keeps its place",
    text: "A\tB\tC\nx\t\tz\n",
    is: "A         B         C\nx                   z\n",
  },
  {
    when: "a line without the column ends it",
    text: "a very long cell\tx\nno tab\nb\ty\n",
    is: "a very long cell   x\nno tab\nb         y\n",
  },
  {
    when: "characters are counted, not bytes or halves",
    text: "…\tB\n🚀🚀🚀🚀🚀🚀🚀🚀\tx\n",
    is: "…          B\n🚀🚀🚀🚀🚀🚀🚀🚀   x\n",
  },
])("aligns as Go's tabwriter does: $when", ({ text, is }) => {
  expect(alignTabs(text, denseTable)).toBe(is);
});

test("renders a header alone when there are no rows", () => {
  expect(renderTable(["NAME", "STATUS", "CONFIG FILES"], [], wideTable)).toBe(
    "NAME                STATUS              CONFIG FILES\n",
  );
});
