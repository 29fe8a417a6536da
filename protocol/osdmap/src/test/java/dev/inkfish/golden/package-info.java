/// Structs against real encodings of them.
package dev.inkfish.golden;
