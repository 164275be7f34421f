import { describe, expect, test } from "vitest";
import { formatList, formatRows } from "../../../../src/cli/view/format.ts";

const rows = [
  { Health: "", Name: "web-1", Ports: "0.0.0.0:80->80/tcp", Label: (name: unknown) => `<${String(name)}>` },
  { Health: "healthy", Name: "db-1", Ports: "", Label: () => "" },
];
const options = { table: "{{.Name}}\t{{.Ports}}", titles: { Name: "NAME", Ports: "PORTS" } };
const format = (text: string): string => formatRows(rows, text, options);

describe("--format", () => {
  test.each([
    { of: "nothing", text: "", is: "NAME      PORTS\nweb-1     0.0.0.0:80->80/tcp\ndb-1      \n" },
    { of: "table", text: "table", is: "NAME      PORTS\nweb-1     0.0.0.0:80->80/tcp\ndb-1      \n" },
    {
      of: "a table of one's own",
      text: "table {{.Name}}\\t{{.Health}}",
      is: "NAME      <no value>\nweb-1     \ndb-1      healthy\n",
    },
    {
      of: "a label as a column",
      text: 'table {{.Name}}\t{{.Label "com.x.one_off"}}',
      is: "NAME      one off\nweb-1     <com.x.one_off>\ndb-1      \n",
    },
    { of: "a template", text: "{{.Name}}:{{.Health}}", is: "web-1:\ndb-1:healthy\n" },
    { of: "escapes that the shell left alone", text: "{{.Name}}\\n-", is: "web-1\n-\ndb-1\n-\n" },
    { of: "text without a field", text: "x", is: "x\nx\n" },
    { of: "functions on titles", text: "table {{upper .Name}}", is: "NAME\nWEB-1\nDB-1\n" },
  ])("takes $of", ({ text, is }) => {
    expect(format(text)).toBe(is);
  });

  test("writes one JSON object per line, escaped as Go does, without methods", () => {
    expect(format("json")).toBe(
      '{"Health":"","Name":"web-1","Ports":"0.0.0.0:80-\\u003e80/tcp"}\n{"Health":"healthy","Name":"db-1","Ports":""}\n',
    );
    expect(format("{{json .}}")).toBe(format("json"));
  });

  test("names the fields there are when a template asks for another", () => {
    expect(() => format("{{.Bogus}}")).toThrow(
      expect.objectContaining({
        message: '--format: no field ".Bogus"',
        hint: "fields: .Health, .Name, .Ports, .Label",
      }),
    );
  });
});

describe("--format of a plain list", () => {
  const list = { header: ["NAME"], rows: [["a"]], json: [{ Name: "a" }] };

  test("is a wide table or one JSON array", () => {
    expect(formatList("", list)).toBe("NAME\na\n");
    expect(formatList("json", list)).toBe('[{"Name":"a"}]\n');
  });

  test("is nothing else", () => {
    expect(() => formatList("yaml", list)).toThrow('--format: expected table or json, got "yaml"');
  });
});
