import { own } from "../own.ts";
import { didYouMean } from "../validator/did-you-mean.ts";
import type { Check } from "./teller.ts";

/** Services depend on services that exist and are active; optional ones may be inactive. */
export const checkDependencies: Check = ({ dependsOn = {} }, { services, disabledServices }, tell) => {
  for (const [name, { required }] of Object.entries(dependsOn)) {
    const disabled = own(disabledServices, name);
    if (own(services, name) !== undefined || (disabled !== undefined && !required)) continue;
    const similar = didYouMean(name, Object.keys(services));
    const [profile] = disabled?.profiles ?? [];
    const hint =
      profile === undefined
        ? similar && `did you mean "${similar}"?`
        : `activate its profile with "--profile ${profile}", or write "required: false"`;
    tell(["depends_on", name], {
      code: "undefined-service",
      message: `service depends on undefined service "${name}"`,
      hint,
    });
  }
};
