/** The API: `createStagecraft({ runsDirectory, backend }).plan(...)`, `.run(...)` and `.exportNet(...)`. */
export { createStagecraft, type ContainerOptions } from './container.js';
export type { ExportedFiles, ExportRequest } from './export/export-net.js';
export type { Planned } from './planner.js';
export type { RunOptions, RunResult, Stagecraft } from './stagecraft.js';
export type { Plan, Task } from './plan/plan.js';
export type { Outcome, RunEvent, RunListener } from './run/event.js';
export type { Table, TableRow } from './run/table.js';
export { type Diagnostic, formatDiagnostic } from './spec/diagnostic.js';
export type { LoadFailure, LoadOptions, ResolvedSpec } from './spec/load.js';
