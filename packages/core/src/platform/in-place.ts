/**
 * The octets of one signature and of one text, used again for whatever is verified on this thread. A new buffer of a
 * kilobyte for each request is memory outside the heap, which the collector has to free one by one, and a small array of
 * octets is copied there before native code can read it (bench/README.md#octets).
 */
const signed = Buffer.allocUnsafeSlow(64)
const scratch = Buffer.allocUnsafeSlow(16_384)

/** The octets of a text in pieces, until the next text is written. */
export function octetsOf(text: readonly string[]): Buffer {
  let end = 0
  // An iterator makes an object for each piece.
  for (let i = 0; i < text.length; i++) {
    const piece = text[i] as string
    if (end + piece.length > scratch.length) return Buffer.from(text.join(''), 'latin1')
    end += scratch.write(piece, end, 'latin1')
  }
  return scratch.subarray(0, end)
}

/** The 64 octets of a signature, until the next one is asked for; `undefined` if it has another number of them. */
export function signatureOctets(signature: Uint8Array | string): Buffer | undefined {
  if (typeof signature === 'string') {
    // What does not fit is not written, so a longer text would pass for its beginning.
    const isLonger = signature.length > 88 || !signature.endsWith('==')
    return !isLonger && signed.write(signature, 0, 'base64') === 64 ? signed : undefined
  }
  if (signature.length !== 64) return undefined
  signed.set(signature)
  return signed
}
