export { bearerChallenge } from './challenge.js';
export { createChecker } from './checker.js';
