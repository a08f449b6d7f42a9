export { assertGrant, checkGrantOptions, type GrantOptions } from './assert-grant.ts'
export { type ApprovedTool, approvedTools, type MissionBlob, verifyMissionBlob } from './blob.ts'
export { missionControl } from './control.ts'
export {
  type MissionGrant,
  type MissionPerson,
  mayResume,
  missionGrant,
  type Resumption,
} from './grant.ts'
export { type MissionOptions, monitorMissions } from './monitor-missions.ts'
export {
  type MissionAnswer,
  type MissionInquiry,
  type MissionSource,
  ServerUnavailableError,
} from './source.ts'
