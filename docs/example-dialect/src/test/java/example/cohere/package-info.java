@NullMarked
package example.cohere;

import org.jspecify.annotations.NullMarked;
