/**
 * MCP tools under missions: `node examples/mcp/main.ts` plays on loopback how an agent is refused, steps up, works under a
 * mission, is joined by another runtime, and is cut off when the mission is terminated.
 */
import { mcpSteps, openMcpScene } from './story.ts'

const scene = await openMcpScene()
let failed = false
for (const { what, expected, play } of mcpSteps) {
  const [is, should] = [await play(scene), expected].map((value) => JSON.stringify(value))
  console.log(`${is === should ? '✓' : '✗'} ${what} ${is}${is === should ? '' : `, and not ${should}`}`)
  failed ||= is !== should
}
await scene.close()
process.exitCode = failed ? 1 : 0
