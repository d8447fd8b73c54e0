export * from './dense';
export * from './elementwise';
export * from './planes';
export * from './move';
export * from './rows';
