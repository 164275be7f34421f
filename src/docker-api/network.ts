/** Address management of a network on the wire. */
export interface IpamBody {
  readonly Driver?: string;
  readonly Options?: Record<string, string> | null;
  readonly Config?:
    | readonly {
        readonly Subnet?: string;
        readonly IPRange?: string;
        readonly Gateway?: string;
        readonly AuxiliaryAddresses?: Record<string, string>;
      }[]
    | null;
}

/** Body of `POST /networks/create`. */
export interface NetworkCreateBody {
  readonly Name: string;
  readonly Driver?: string;
  readonly Internal?: boolean;
  readonly Attachable?: boolean;
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6?: boolean;
  readonly IPAM?: IpamBody;
  readonly Options?: Record<string, string>;
  readonly Labels?: Record<string, string>;
}

/** One row of `GET /networks`; `GET /networks/{id}` adds the containers. */
export interface NetworkInfo {
  readonly Id: string;
  readonly Name: string;
  /** RFC 3339, with nanoseconds. */
  readonly Created?: string;
  readonly Driver: string;
  readonly Scope?: string;
  readonly Internal?: boolean;
  readonly Attachable?: boolean;
  readonly EnableIPv4?: boolean;
  readonly EnableIPv6?: boolean;
  readonly IPAM?: IpamBody;
  readonly Options?: Record<string, string> | null;
  readonly Labels?: Record<string, string> | null;
  readonly Containers?: Record<string, NetworkMember> | null;
}

/** A running container in `GET /networks/{id}`; addresses with the length of their prefix. */
export interface NetworkMember {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress?: string;
  readonly IPv4Address?: string;
  readonly IPv6Address?: string;
}
