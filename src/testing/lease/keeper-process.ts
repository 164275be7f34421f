// A program: keeps a shared stack until nobody needs it. It says `listening`, or `taken` where another one keeps it already.
import { tellStarter, ownArguments } from "../../system/companion.ts";
import { ownSurroundings } from "../../system/surroundings.ts";
import { Keeper } from "./keeper.ts";
import { openLeaseFolder } from "./places.ts";

const [key = ""] = ownArguments();
const keeper = new Keeper(await openLeaseFolder(ownSurroundings().environment), key);
const isOpen = await keeper.open();
tellStarter(isOpen ? "listening" : "taken");
if (isOpen) await keeper.ended;
