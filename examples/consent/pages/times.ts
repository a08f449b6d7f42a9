/** How long ago a time was. @param seconds both in seconds */
export function ago(seconds: number, now: number): string {
  const minutes = Math.floor((now - seconds) / 60)
  return minutes < 1 ? 'less than a minute ago' : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`
}

/** How long something lasts, rounded: what was allowed for 8 hours lasts "8 more hours" a second later. */
export function until(seconds: number, now: number): string {
  const minutes = Math.round((seconds - now) / 60)
  if (minutes < 1) return 'for less than a minute'
  if (minutes < 120) return `for ${minutes} more ${minutes === 1 ? 'minute' : 'minutes'}`
  return `for ${Math.round(minutes / 60)} more hours`
}
