import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { UsageError } from '../../src/command.ts'
import { StateFolder } from '../../src/dev/state-folder.ts'
import { agentOf, serveDevWorld } from './served-world.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aauth-state-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('the state of a development world', () => {
  it('survives a restart: keys, missions, tokens, connections and apps', async () => {
    const world = await serveDevWorld()
    const agent = await agentOf(world)
    const mission = await world.personServer.missions.begin(agent, { description: 'Sort the notes' }, 'Ada')
    await agent.personToken({ aud: 'http://localhost:3999' })
    world.allowApp('http://localhost:3999')
    world.connections.add({ person: 'Ada', agent: agent.id, resource: 'http://localhost:3999' })
    const folder = await StateFolder.open(join(await makeFolder(), 'state'))
    await folder.write(world.saved())
    const saved = await folder.read()
    await folder.close()
    const again = await serveDevWorld({ ...(saved && { saved }) })
    expect(again.agentProvider.key.jwk.x).not.toBe(undefined)
    expect(again.personServer.missions.get(mission.s256)).toEqual(mission)
    expect(again.saved()).toMatchObject({
      apps: ['http://localhost:3999'],
      connections: world.connections.all(),
    })
    expect(saved?.seed).toBe(world.net.seed)
    expect(saved?.issuers['person-server']?.issued).toHaveLength(1)
  })

  it('is written to files that only the user can read, in a folder that git ignores', async () => {
    const path = join(await makeFolder(), 'state')
    const folder = await StateFolder.open(path)
    await folder.write((await serveDevWorld()).saved())
    const modes = [path, join(path, 'world.json'), join(path, 'lock')].map(
      async (one) => (await stat(one)).mode & 0o777,
    )
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o600])
    expect(await readFile(join(path, '.gitignore'), 'utf8')).toBe('*\n')
  })

  it('is not written to a folder that others can write to, or through a symbolic link', async () => {
    const path = await makeFolder()
    await mkdir(join(path, 'open'))
    await chmod(join(path, 'open'), 0o777)
    await symlink(await makeFolder(), join(path, 'link'))
    await expect(StateFolder.open(join(path, 'open'))).rejects.toThrow(
      'others can write to it: name a folder of your own',
    )
    await expect(StateFolder.open(join(path, 'link'))).rejects.toThrow('is a link')
  })

  it('belongs to one world at a time, and a lock that a crash left behind is taken over', async () => {
    const path = await makeFolder()
    await writeFile(join(path, 'lock'), '1')
    await expect(StateFolder.open(path)).rejects.toThrow(UsageError)
    await writeFile(join(path, 'lock'), '2147483647')
    await (await StateFolder.open(path)).close()
    await expect(stat(join(path, 'lock'))).rejects.toThrow('ENOENT')
  })
})
