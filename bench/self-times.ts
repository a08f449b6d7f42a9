/** What is read of a profile of the inspector. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[]
}

type Times = readonly (readonly [name: string, microseconds: number])[]

/** The time of each function alone, without what it calls; and that of each part of the program. Waiting is left out. */
export function selfTimes({ nodes, samples, timeDeltas }: Profile): {
  readonly frames: Times
  readonly parts: Times
  readonly total: number
} {
  const frameOf = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const frames = new Map<string, number>()
  const parts = new Map<string, number>()
  let total = 0
  for (const [at, id] of samples.entries()) {
    const frame = frameOf.get(id)
    if (frame === undefined || frame.functionName === '(idle)') continue
    const time = timeDeltas[at + 1] ?? 0
    const place = placeOf(frame.url)
    const name = `${frame.functionName || '(unnamed)'}${place && ` ${place}:${frame.lineNumber + 1}`}`
    add(frames, name, time)
    add(parts, partOf(place, frame.functionName), time)
    total += time
  }
  return { frames: sorted(frames), parts: sorted(parts), total }
}

/** The path within the repository, or within the package. */
function placeOf(url: string): string {
  return url.replace(/^file:\/\/.*\/node_modules\//, '').replace(/^file:\/\/.*\/((?:packages|bench)\/)/, '$1')
}

function partOf(place: string, name: string): string {
  if (place === '') return name.startsWith('(') ? name : 'built in'
  const [, layer] = /^(packages\/[^/]+\/src(?:\/[^/.]+(?=\/))?)/.exec(place) ?? []
  if (layer !== undefined) return layer
  if (place.startsWith('node:')) return /^node:internal\/crypto/.test(place) ? 'node: crypto' : 'node: other'
  return place.startsWith('bench') ? 'bench' : 'packages of npm'
}

function add(times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time)
}

function sorted(times: ReadonlyMap<string, number>): Times {
  return [...times].sort(([, one], [, other]) => other - one)
}
