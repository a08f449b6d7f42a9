/**
 * What crossed the wire, before anybody interpreted it.
 *
 * `target` is the request target byte for byte as the client sent it (never decoded, never rebuilt by a URL
 * parser), and {@link SignedRequest.header} returns every line of a field in order. An adapter that joins,
 * drops or normalises anything breaks signatures, or worse, makes forged ones verify.
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
   * The content as received (after transfer decoding, before content decoding), when it is at hand. With it a
   * covered `content-digest` is checked at once; without it the check is left to the reader of the body. An empty
   * array says that there is no content; leaving it out says that there may be some.
   */
  readonly body?: Uint8Array | undefined
}
