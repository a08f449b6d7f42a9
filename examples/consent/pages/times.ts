/** How long ago a time was. @param seconds both in seconds */
export function ago(seconds: number, now: number): string {
  const minutes = Math.floor((now - seconds) / 60)
  return minutes < 1 ? 'less than a minute ago' : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`
}

/** How long something lasts. */
export function until(seconds: number, now: number): string {
  const minutes = Math.floor((seconds - now) / 60)
  if (minutes < 1) return 'for less than a minute'
  if (minutes < 120) return `for ${minutes} more ${minutes === 1 ? 'minute' : 'minutes'}`
  return `for ${Math.floor(minutes / 60)} more hours`
}
