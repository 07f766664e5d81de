/** Amazon Bedrock: Converse and InvokeModel of any family of models, whole and as binary event streams; counting. */
@NullMarked
package tollgate.dialect.bedrock;

import org.jspecify.annotations.NullMarked;
