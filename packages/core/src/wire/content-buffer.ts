/**
 * Content as it comes in, copied into one piece of memory. A piece that a host hands over may hold on to much more than
 * its own octets: whoever sends one octet at a time would take a hundred times the memory of what was sent.
 */
export class ContentBuffer {
  #octets: Uint8Array<ArrayBuffer> = new Uint8Array(4096)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** All of it, in memory of its own that begins with it. */
  get octets(): Uint8Array<ArrayBuffer> {
    return this.#octets.subarray(0, this.#length)
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length
    if (length > this.#octets.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#octets.length))
      larger.set(this.octets)
      this.#octets = larger
    }
    this.#octets.set(piece, this.#length)
    this.#length = length
  }
}
