/** Renders what changed once a frame, however much arrived. */
export class Frames {
  readonly #due = new Set<() => void>()
  #isAsked = false

  mark(...renders: readonly (() => void)[]): void {
    for (const render of renders) this.#due.add(render)
    if (this.#isAsked) return
    this.#isAsked = true
    requestAnimationFrame(() => {
      this.#isAsked = false
      const due = [...this.#due]
      this.#due.clear()
      for (const render of due) render()
    })
  }
}
