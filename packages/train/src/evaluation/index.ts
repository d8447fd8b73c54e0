export * from './evaluate.js';
export * from './history.js';
export type { EvaluationProgress } from './measure.js';
export * from './metrics/classes.js';
export * from './metrics/distortion.js';
export * from './metrics/ssim.js';
export type { ReportModel, ReportSection } from './report/model.js';
export { REPORT_SECTIONS, renderReport } from './report/page.js';
export * from './schema.js';
