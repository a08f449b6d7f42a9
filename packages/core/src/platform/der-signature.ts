/** Octets of one of the two numbers of an ES256 signature. */
const size = 32

/**
 * An ES256 signature, r and s of 32 octets each, as the DER sequence that OpenSSL reads. On Node 24, handing the key over
 * with `dsaEncoding` takes two thirds of a verification longer than the bare key with a DER signature
 * (bench/verifiers.md).
 */
export function derSignature(signature: Uint8Array): Uint8Array {
  const der = new Uint8Array(2 + 2 * (2 + size + 1))
  const end = writeInteger(der, writeInteger(der, 2, signature, 0), signature, size)
  der[0] = 0x30
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Writes a positive integer in its shortest form, and returns where it ends. */
function writeInteger(der: Uint8Array, at: number, signature: Uint8Array, from: number): number {
  let start = from
  while (start < from + size - 1 && signature[start] === 0) start++
  // A leading bit of 1 would make the integer negative.
  const padded = (signature[start] as number) >= 0x80 ? 1 : 0
  const length = from + size - start + padded
  der[at] = 0x02
  der[at + 1] = length
  if (padded === 1) der[at + 2] = 0
  der.set(signature.subarray(start, from + size), at + 2 + padded)
  return at + 2 + length
}
