/** Where the gateway is, for sockets and for the verdict. */
export interface Endpoint {
  /** ws: or wss: */
  readonly socketUrl: string;
  /** http: or https: */
  readonly verdictUrl: string;
}

const URL_PARTS = /^(https?|wss?):\/\/([^/?#\s]+)(\/[^?#\s]*)?(\?[^#\s]*)?$/i;

/** Reads the `url` option. */
export function parseEndpoint(url: string): Endpoint {
  const parts = URL_PARTS.exec(url);
  if (!parts) {
    throw new TypeError(`url is "${url}", must be http(s)://host[:port][/path] or ws(s)://host[:port][/path]`);
  }
  const [, scheme = "", host = "", path = "/", query = ""] = parts;
  const secure = /s$/i.test(scheme) ? "s" : "";
  const rest = `://${host}${path === "/" ? "/v1/connect" : path}${query}`;
  return { socketUrl: `ws${secure}${rest}`, verdictUrl: `http${secure}${rest}` };
}
