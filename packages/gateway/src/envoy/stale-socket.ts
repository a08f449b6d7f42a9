import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'

/** Removes a socket that nobody listens on, which a process leaves behind that was killed. Other files stay. */
export async function removeStaleSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isSocket() !== true) return
  const isStale = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
  })
  if (isStale) await unlink(path).catch(() => undefined)
}
