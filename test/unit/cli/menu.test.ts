import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Menu, menuLine } from "../../../src/cli/menu.ts";

function opened(): { menu: Menu; type: (keys: string) => void; told: string[]; modes: boolean[]; signals: string[] } {
  const told: string[] = [];
  const modes: boolean[] = [];
  const signals: string[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  }) as unknown as NodeJS.ReadStream;
  const menu = new Menu({
    io: { stdin },
    services: ["api", "web"],
    tell: (text) => told.push(text),
    toggleWatch: () => told.push("w"),
    signal: (signal) => signals.push(signal),
  });
  menu.open();
  return { menu, type: (keys) => void stdin.emit("data", Buffer.from(keys)), told, modes, signals };
}

test("l shows one service after the other, then all again", () => {
  const { menu, type, told } = opened();
  const shown = (): string[] => ["api", "web", "db"].filter((service) => menu.shows(service));
  expect(shown()).toEqual(["api", "web", "db"]);
  type("l");
  expect(shown()).toEqual(["api"]);
  type("l");
  expect(shown()).toEqual(["web"]);
  type("l");
  expect(shown()).toEqual(["api", "web", "db"]);
  expect(told).toEqual([menuLine, "showing api only\n", "showing web only\n", "showing all services\n"]);
  menu[Symbol.dispose]();
});

test("d leaves, Ctrl-C and Ctrl-Z are the signals that they are elsewhere, other keys nothing", () => {
  const { menu, type, modes, signals } = opened();
  type("x\u0003\u001a");
  expect(menu.detached.aborted).toBe(false);
  expect(signals).toEqual(["SIGINT", "SIGTSTP"]);
  expect(modes).toEqual([true, false]);
  type("d");
  expect(menu.detached.aborted).toBe(true);
  menu[Symbol.dispose]();
});

test("w turns watching on and off", () => {
  const { menu, type, told } = opened();
  type("ww");
  expect(told).toEqual([menuLine, "w", "w"]);
  menu[Symbol.dispose]();
});

test("gives the terminal back as it was", () => {
  const { menu, modes, type } = opened();
  menu[Symbol.dispose]();
  type("d");
  expect(modes).toEqual([true, false]);
  expect(menu.detached.aborted).toBe(false);
});
