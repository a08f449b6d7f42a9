/**
 * Verifies Ed25519 on runtimes that do not (RFC 8032 §5.1.7). The equation has no cofactor, as in OpenSSL and other
 * runtimes, so that a signature has the same verdict everywhere (H02).
 */
export async function verifyEd25519(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<boolean> {
  const { ed25519 } = await import('@noble/curves/ed25519.js')
  const { Point } = ed25519
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  if (signature.length !== 64 || s >= Point.Fn.ORDER) return false
  try {
    const a = Point.fromBytes(publicKey)
    const hash = await crypto.subtle.digest('SHA-512', Uint8Array.of(...r, ...publicKey, ...message))
    const k = littleEndian(new Uint8Array(hash)) % Point.Fn.ORDER
    const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes()
    return expected.every((byte, index) => byte === r[index])
  } catch {
    return false
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let hex = '0x0'
  for (const byte of [...bytes].reverse()) hex += byte.toString(16).padStart(2, '0')
  return BigInt(hex)
}
