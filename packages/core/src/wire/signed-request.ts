/**
 * A request as it was received, before any interpretation.
 *
 * `target` is the request target byte for byte as the client sent it (never decoded, never rebuilt by a URL parser),
 * and {@link SignedRequest.header} returns every line of a field in order. An adapter that joins, drops or normalises
 * anything breaks signatures, or even makes forged ones verify.
 *
 * @see RFC 9421 §2.1 and §2.2, SIG-15
 */
export interface SignedRequest {
  /** Case-sensitive, as sent. */
  readonly method: string
  /** Origin form (`/path?query`), or absolute form if the client sent that. */
  readonly target: string
  /** Every line of the field `name` (lower case), in the order received. No lines: an empty array. */
  header(name: string): readonly string[]
  /**
   * The content as received (after transfer decoding, before content decoding), if it is available. With it a covered
   * `content-digest` is compared at once; without it, the reader of the content must compare it. An empty array means
   * that there is no content; `undefined` means that there may be some.
   */
  readonly body?: Uint8Array | undefined
}
