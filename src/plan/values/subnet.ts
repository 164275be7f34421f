import { BlockList, isIPv4 } from "node:net";

/** Whether an address belongs to a subnet, `10.1.0.0/16`; both must be valid. */
export function isInSubnet(address: string, subnet: string): boolean {
  const [base = "", bits = ""] = subnet.split("/");
  if (familyOf(address) !== familyOf(base)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), familyOf(base));
  return list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
