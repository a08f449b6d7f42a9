/** A promise that somebody else keeps. */
export interface Gate<T> {
  readonly passed: Promise<T>
  readonly open: (value: T) => void
}

export function makeGate<T>(): Gate<T> {
  let open: (value: T) => void = () => undefined
  const passed = new Promise<T>((resolve) => {
    open = resolve
  })
  return { passed, open }
}
