/**
 * What clients see while Redis fails in one way or another, and afterwards. In a {@link
 * dev.tokenguard.faults.Scenario} honest clients, thieves and clients that log out act while a
 * fault lasts, and a {@link dev.tokenguard.faults.Ledger} records all answers. In a {@link
 * dev.tokenguard.faults.Soak} they act for a long time without a fault.
 */
package dev.tokenguard.faults;
