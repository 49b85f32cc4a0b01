/**
 * What clients see while Redis fails in one way or another, and afterwards. A {@link
 * dev.tokenguard.faults.Crowd} of honest clients, thieves and leavers keeps a {@link
 * dev.tokenguard.faults.Ledger}; each fault is a story on top of it. A {@link
 * dev.tokenguard.faults.Soak} lets the same people come and go for a long time without a fault.
 */
package dev.tokenguard.faults;
