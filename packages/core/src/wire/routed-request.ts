import type { SignedRequest } from './signed-request.ts'

/**
 * A request as callbacks see it: its signature verified, or it carries the `alternative` of its route. Absolute form and
 * origin form look the same here, so that a callback reads the path that was signed and that routers match.
 */
export interface RoutedRequest extends SignedRequest {
  /** Always origin form: {@link RoutedRequest.path}, and the query where the client sent one. */
  readonly target: string
  /**
   * The path as this server routes it, starting with `/`, never decoded. It does not contain the `strippedPrefix` of the
   * resource, which a proxy took away and which the signature covers.
   */
  readonly path: string
  /** The query with its leading `?`, never decoded; the empty string where the client sent none. */
  readonly query: string
}
