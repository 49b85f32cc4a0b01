package dev.tokenguard.spring;

import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Wraps each decoder bean, whether Spring Boot or the application has defined it. */
final class DecoderPostProcessor<T> implements BeanPostProcessor {

  private static final Logger LOG = LoggerFactory.getLogger(DecoderPostProcessor.class);

  private final Class<T> type;
  private final Class<? extends T> wrapped;
  private final UnaryOperator<T> wrapper;

  /**
   * @param wrapped what the application has wrapped itself stays as it is
   */
  DecoderPostProcessor(Class<T> type, Class<? extends T> wrapped, UnaryOperator<T> wrapper) {
    this.type = type;
    this.wrapped = wrapped;
    this.wrapper = wrapper;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (!type.isInstance(bean) || wrapped.isInstance(bean)) {
      return bean;
    }
    LOG.info("Access tokens of the decoder '{}' are checked for revocation", name);
    return wrapper.apply(type.cast(bean));
  }
}
