import uPlot from 'uplot'

/** What is drawn: one row of bars, or two lines with the space between them filled. */
export interface StripOptions {
  readonly kind: 'bars' | 'band'
  /** Custom property of the style sheet. */
  readonly color: string
  readonly height: number
  /** Whether the times stand below. */
  readonly withTimes: boolean
  /** Names a time, in seconds. */
  readonly timeOf: (seconds: number) => string
  /** Called with the bucket under the pointer. */
  readonly onPoint: (index: number | undefined) => void
}

export type StripData = readonly (readonly (number | null)[])[]

/** One small chart of a column of charts that share their times and their pointer. */
export class Strip {
  readonly #host: HTMLElement
  readonly #options: StripOptions
  #plot: uPlot | undefined
  #data: StripData = [[]]

  constructor(host: HTMLElement, options: StripOptions) {
    this.#host = host
    this.#options = options
    new ResizeObserver(() => this.#fit()).observe(host)
  }

  get width(): number {
    return this.#plot?.width ?? this.#host.clientWidth
  }

  set(times: readonly number[], ...series: StripData): void {
    this.#data = [times, ...series]
    if (this.#plot === undefined) this.#make()
    else this.#plot.setData(this.#data as uPlot.AlignedData)
  }

  /** Takes the colours of the style sheet again. */
  repaint(): void {
    this.#plot?.destroy()
    this.#plot = undefined
    this.#make()
  }

  #fit(): void {
    const width = this.#host.clientWidth
    if (width > 0 && this.#plot !== undefined && this.#plot.width !== width)
      this.#plot.setSize({ width, height: this.#options.height })
  }

  #make(): void {
    const width = this.#host.clientWidth
    if (width === 0 || (this.#data[0]?.length ?? 0) === 0) return
    const { kind, height, withTimes, timeOf, onPoint } = this.#options
    const style = getComputedStyle(this.#host)
    const colorOf = (name: string): string => resolve(this.#host, style.getPropertyValue(name).trim())
    const color = colorOf(this.#options.color)
    const soft = colorOf(`${this.#options.color}-soft`)
    const line = colorOf('--line')
    const ink = colorOf('--ink-3')
    this.#plot = new uPlot(
      {
        width,
        height,
        padding: [2, 0, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: false, y: false, setScale: false },
          sync: { key: 'now' },
        },
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
        axes: [
          {
            show: withTimes,
            size: 18,
            gap: 4,
            font: '11px system-ui, sans-serif',
            stroke: ink,
            grid: { show: false },
            ticks: { show: false },
            incrs: [120, 300],
            // A label at an edge would be cut.
            values: (plot, ticks) =>
              ticks.map((tick) => {
                const at = plot.valToPos(tick, 'x')
                return at < 18 || at > plot.width - 18 ? '' : timeOf(tick)
              }),
          },
          { show: false },
        ],
        series: [
          {},
          ...(kind === 'bars'
            ? [
                {
                  stroke: color,
                  fill: color,
                  width: 0,
                  points: { show: false },
                  paths: uPlot.paths.bars?.({ size: [0.72, 10], align: 1 }) as uPlot.Series.PathBuilder,
                },
              ]
            : [
                { stroke: color, width: 1.5, spanGaps: true, points: { show: false } },
                { stroke: soft, width: 1, spanGaps: true, points: { show: false } },
              ]),
        ],
        ...(kind === 'band' && { bands: [{ series: [2, 1] as [number, number], fill: soft }] }),
        hooks: {
          drawClear: [(plot) => ground(plot, line)],
          setCursor: [
            ({ cursor: { idx, left } }) => onPoint(idx === null || (left ?? -1) < 0 ? undefined : idx),
          ],
        },
      },
      this.#data as uPlot.AlignedData,
      this.#host,
    )
  }
}

/** The line on which the bars stand. */
function ground({ ctx, bbox }: uPlot, color: string): void {
  ctx.save()
  ctx.fillStyle = color
  ctx.fillRect(bbox.left, bbox.top + bbox.height - devicePixelRatio, bbox.width, devicePixelRatio)
  ctx.restore()
}

/** A colour as the canvas takes it: `light-dark()` is decided by the element. */
function resolve(host: HTMLElement, color: string): string {
  const probe = document.createElement('i')
  probe.style.color = color
  host.append(probe)
  const resolved = getComputedStyle(probe).color
  probe.remove()
  return resolved
}
