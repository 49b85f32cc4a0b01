/**
 * The rules for each {@link dev.tokenguard.rotation.FamilyStore}: tables of scenarios, and the
 * reference in plain Java with which the stores are compared.
 */
package dev.tokenguard.rotation.contract;
