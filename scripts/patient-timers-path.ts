/** The module that programs which tests start are given by `--import`. */
export const patientTimers: string = new URL('./patient-timers.ts', import.meta.url).href
