export { LAYERS } from '../shared/layers';
export { TABLES } from '../shared/logistics';
export { MODEL } from './model';
export { code } from './walk';

/** Where memory is free. */
export const FREE: usize = __heap_base;
