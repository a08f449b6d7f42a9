export { type ApprovedTool, approvedTools, type MissionBlob, verifyMissionBlob } from './blob.ts'
export { missionControl } from './control.ts'
export {
  type MissionGrant,
  type MissionPerson,
  mayResume,
  missionGrant,
  type Resumption,
} from './grant.ts'
export { checkGrantOptions, demandGrant, type GrantOptions } from './require-grant.ts'
export { type MissionAnswer, type MissionInquiry, type MissionSource, ServerSilent } from './source.ts'
export { type MissionOptions, watchMissions } from './watch-missions.ts'
