/**
 * Sends a request until it is decided. On a busy machine an object can take longer than the guard waits for it, which is
 * answered 503.
 */
export async function decided(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send()
    if (response.status !== 503) return response
  }
}
