export { type AuditLog, auditLog } from './audit-log.ts'
export { type EraseOptions, eraseEvidence } from './evidence/erase-evidence.ts'
export {
  type LogReplay,
  type Replayed,
  type ReplayLogOptions,
  type ReplayOutcome,
  replayLog,
} from './evidence/replay-log.ts'
export { type EcsDocument, toEcs } from './mapping/ecs.ts'
export { type OcsfEvent, toOcsf } from './mapping/ocsf.ts'
export type { AuditOptions, AuditProblem, Checkpoint, EvidenceOptions } from './options.ts'
export type { AuditKey } from './record/audit-key.ts'
export type { RecordKind } from './record/line.ts'
export { type FileSinkOptions, fileSink } from './sink/file-sink.ts'
export type { AuditSink, SinkTail } from './sink/sink.ts'
export type {
  AuditRecord,
  KnownCheckpoint,
  LogFault,
  LogFaultCode,
  LogVerification,
  VerifyLogOptions,
} from './verify/verification.ts'
export { verifyLog } from './verify/verify-log.ts'
