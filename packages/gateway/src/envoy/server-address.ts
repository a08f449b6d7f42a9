/**
 * An address on which nobody else but this machine can ask.
 * @throws {TypeError} for any other
 */
export function serverAddress(address: unknown): string {
  const text = typeof address === 'string' ? address : ''
  if (text.startsWith('unix:/') && !text.includes('\0')) return text
  const end = text.lastIndexOf(':')
  const [host, port] = [text.slice(0, end), text.slice(end + 1)]
  const isPort =
    port !== '' && [...port].every((digit) => digit >= '0' && digit <= '9') && Number(port) <= 65_535
  if (end > 0 && isPort && isLoopback(host)) return text
  throw new TypeError(
    `the address of ext_authz is ${JSON.stringify(text)}: use a socket such as "unix:/run/aauth-guard/ext-authz.sock", or a port of loopback such as "127.0.0.1:9001"`,
  )
}

function isLoopback(host: string): boolean {
  if (host === '[::1]' || host === 'localhost') return true
  const numbers = host.split('.')
  const isAddress =
    numbers.length === 4 &&
    numbers.every((number) => String(Number(number)) === number && Number(number) <= 255)
  return isAddress && numbers[0] === '127'
}
