import { spawn } from 'node:child_process'
import type { Host } from './hosts.ts'
import type { Program } from './programs.ts'

/** What one run of a program took, in milliseconds. */
export interface Run {
  /** From its start to the line that it prints. */
  readonly wall: number
  /** What the line says. */
  readonly said: Readonly<Record<string, number>>
}

/** Starts a program and waits for its line and its end. @throws {Error} with what it complained about */
export function runProgram(folder: string, { binary, args }: Host, { file }: Program): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(binary, [...args, file], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, complaints, wall] = ['', '', 0]
    child.stdout.on('data', (chunk) => {
      wall ||= performance.now() - start
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      complaints += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0 && out !== '') resolve({ wall, said: JSON.parse(out) })
      else reject(new Error(`${binary} ${file} ended with ${code}: ${complaints}`))
    })
  })
}
